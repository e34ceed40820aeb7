import sql, { raw } from 'sql-template-tag';
import type { Db } from '../db/db.ts';

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
    await tx.run(sql`
      update ops.sync_objects set visited_at = null, guaranteed_at = least(guaranteed_at, ${now.toString()}::timestamptz)
      where visited_at > ${now.toString()}::timestamptz`);
  });
}
