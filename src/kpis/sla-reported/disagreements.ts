import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { RecordList } from '../../domain/kpi-result.ts';
import { slaStateAt } from '../../rollups/sla-state.ts';
import type { Scope } from '../kpi.ts';
import { scopeConditions } from '../scope.ts';

const most = 500;

/** Tickets of the period on which the CRM's flag and the SLA policy say different things, newest first. */
export async function disagreements(reader: Queryable, scope: Scope): Promise<RecordList> {
  const { tenantId, timezone, now } = scope.at;
  const rows = await reader.query<{
    id: string;
    created: string;
    priority: string | null;
    team: string | null;
    operator: string | null;
    sla_met: boolean;
    first_response: string;
    resolution: string;
    total: number;
  }>(sql`
    with judged as (
      select
        e.*, ${slaStateAt('sla', now)} as whole,
        ${slaStateAt('first_response', now)} as first_response, ${slaStateAt('resolution', now)} as resolution
      from crm.sla_tickets e
      where e.tenant_id = ${tenantId} and e.deleted_at is null and e.sla_met is not null
        and e.created_at >= ${scope.period.from}::timestamp at time zone ${timezone}
        and e.created_at < ${scope.period.to}::timestamp at time zone ${timezone}
        and e.created_at <= ${now.toString()}::timestamptz
        ${scopeConditions(scope, 'e')}
    )
    select
      j.id, to_char(j.created_at at time zone ${timezone}, 'YYYY-MM-DD HH24:MI') as created, j.priority,
      coalesce(t.name, j.team_id) as team, coalesce(o.name, j.operator_id) as operator,
      j.sla_met, j.first_response, j.resolution, (count(*) over ())::int as total
    from judged j
    left join crm.operators o on o.tenant_id = ${tenantId} and o.source = j.source and o.id = j.operator_id
    left join crm.teams t on t.tenant_id = ${tenantId} and t.source = j.source and t.id = j.team_id
    where j.whole in ('met', 'missed') and j.sla_met <> (j.whole = 'met')
    order by j.created_at desc, j.source, j.id
    limit ${most}`);
  return {
    title: 'Tickets on which the CRM and the policy disagree',
    header: ['Ticket', 'Created', 'Priority', 'Team', 'Operator', 'CRM says', 'First response', 'Resolution'],
    rows: rows.map((row) => [
      ...[row.id, row.created, row.priority ?? '', row.team ?? '', row.operator ?? ''],
      ...[row.sla_met ? 'met' : 'missed', words(row.first_response), words(row.resolution)],
    ]),
    total: rows[0]?.total ?? 0,
  };
}

function words(state: string): string {
  if (state === 'not-measured') return 'not measured';
  return state === 'paused' ? 'pending' : state;
}
