import sql, { raw } from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';

/** What was done at times that have not come: `at` is its column of the business clock. Later rows first. */
const done: readonly { table: string; at: string }[] = [
  { table: 'ops.deliveries', at: 'due_at' },
  { table: 'ops.editions', at: 'made_at' },
  { table: 'ops.restatements', at: 'found_at' },
  { table: 'ops.job_runs', at: 'due_at' },
  { table: 'ops.schedule_runs', at: 'due_at' },
];

/**
 * Forgets what was done on days to which the demo's clock was moved before: it starts at real time again, and whoever moves
 * it to tomorrow morning once more wants to see that morning. Outside the demo a slot is done once, wherever clocks go.
 */
export async function forgetFuture(db: Db, now: Temporal.Instant): Promise<void> {
  await db.tx(async (tx) => {
    for (const { table, at } of done)
      await tx.run(sql`delete from ${raw(table)} where ${raw(at)} > ${now.toString()}::timestamptz`);
    await forgetAlerts(tx, now);
    await tx.run(sql`
      update ops.sync_objects set visited_at = null, guaranteed_at = least(guaranteed_at, ${now.toString()}::timestamptz)
      where visited_at > ${now.toString()}::timestamptz`);
  });
}

/**
 * Incidents that are open go with those of the future: their messages were in a workspace that is gone. So do their
 * deliveries, whose keys a new incident of the same number would have, and how far rules have looked.
 */
async function forgetAlerts(tx: Queryable, now: Temporal.Instant): Promise<void> {
  const [gone] = await tx.query<{ ids: number[] }>(sql`
    select coalesce(array_agg(incident_id), '{}') as ids from ops.alert_incidents
    where state <> 'resolved' or opened_at > ${now.toString()}::timestamptz
      or resolved_at > ${now.toString()}::timestamptz`);
  const ids = gone?.ids ?? [];
  for (const table of ['alert_history', 'alert_posts', 'alert_opinions', 'alert_incidents'])
    await tx.run(sql`delete from ${raw(`ops.${table}`)} where incident_id = any (${ids}::bigint[])`);
  await tx.run(sql`
    delete from ops.deliveries
    where kind = 'alert' and slot = any (${ids.map((id) => `incident ${id}`)}::text[])`);
  await tx.run(sql`
    delete from ops.alert_instances
    where state <> 'resolved' or pending_at > ${now.toString()}::timestamptz or resolved_at > ${now.toString()}::timestamptz`);
  await tx.run(sql`
    update ops.alert_rules
    set memory = '{}', looked_at = null, health = 'new', health_since = null, next_look_at = ${now.toString()},
      claimed_until = null
    where state <> 'ended'`);
}
