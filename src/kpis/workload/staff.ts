import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Scope } from '../kpi.ts';

/** An operator whose record the viewer may see. */
export interface Member {
  source: string;
  id: string;
  team: string | null;
  /** Works here still, as far as the CRM says. */
  active: boolean;
  status: string | null;
  /** Whether the viewer may see the records of the whole team, so that its median is one of all of them. */
  teamSeen: boolean;
}

/** Those who had joined by the end of the period, as the CRM has them now. */
export function staffOf(reader: Queryable, { at, period }: Scope): Promise<Member[]> {
  return reader.query<Member>(sql`
    select
      o.source, o.id, nullif(o.team_id, '') as team, o.active is distinct from false as active,
      nullif(btrim(o.status), '') as status,
      (select ops.viewer_sees_all())
        or (o.source, o.team_id) in (select v.source, v.team_id from ops.viewer_teams() v) as "teamSeen"
    from crm.operators o
    where o.tenant_id = ${at.tenantId} and o.deleted_at is null and o.id <> ''
      and (
        o.created_at is null
        or (o.created_at <= ${at.now.toString()}::timestamptz
          and (o.created_at at time zone ${at.timezone})::date < ${period.to}::date)
      )`);
}

/** Whether the viewer sees every record of the tenant, as the database decides it. */
export async function seesAll(reader: Queryable): Promise<boolean> {
  const [row] = await reader.query<{ all: boolean }>(sql`select ops.viewer_sees_all() as all`);
  return row?.all === true;
}
