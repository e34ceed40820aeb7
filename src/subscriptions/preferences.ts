import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';

/** What somebody wants otherwise than the tenant, or their profile in Slack, has it; null: as there. */
export interface Preferences {
  /** BCP 47 tag, for the shapes of numbers and dates. */
  locale: string | null;
  timezone: string | null;
  /** Ids of KPIs in the order in which they are shown. */
  followed: readonly string[] | null;
}

/** All null for somebody who has never said anything. */
export async function preferencesOf(db: Queryable, tenantId: number, viewer: string): Promise<Preferences> {
  const [row] = await db.query<Preferences>(sql`
    select locale, timezone, followed from ops.preferences where tenant_id = ${tenantId} and viewer = ${viewer}`);
  return row ?? { locale: null, timezone: null, followed: null };
}

export async function putPreferences(
  db: Queryable,
  tenantId: number,
  viewer: string,
  { locale, timezone, followed }: Preferences,
): Promise<void> {
  await db.run(sql`
    insert into ops.preferences (tenant_id, viewer, locale, timezone, followed)
    values (${tenantId}, ${viewer}, ${locale}, ${timezone}, ${followed as string[] | null}::text[])
    on conflict (tenant_id, viewer) do update
    set locale = excluded.locale, timezone = excluded.timezone, followed = excluded.followed`);
}
