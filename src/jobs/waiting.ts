import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { Job } from './job.ts';
import { enqueue } from './queue.ts';

export interface Parts {
  /** Jobs whose run of the same or a later slot is still to come. */
  open: readonly string[];
  /** Jobs whose run failed for good, none later being done: waiting for them is in vain. */
  failed: readonly string[];
}

/**
 * How far the jobs are that a run due at `dueAt` waits for. A part's last slot at or before `dueAt` counts, or any later
 * one that is done; a part that had no slot yet is not waited for.
 */
async function partsOf(tx: Queryable, tenantId: number, job: Job, dueAt: Temporal.Instant): Promise<Parts> {
  const due = dueAt.toString();
  const rows = await tx.query<{ part: string; state: string }>(sql`
    select p.part, last.state
    from unnest(${job.after?.jobs ?? []}::text[]) as p (part)
    cross join lateral (
      select due_at, state from ops.job_runs
      where tenant_id = ${tenantId} and job = p.part and started_by = 'schedule' and due_at <= ${due}::timestamptz
      order by due_at desc limit 1
    ) as last
    where last.state <> 'done' and not exists (
      select from ops.job_runs
      where tenant_id = ${tenantId} and job = p.part and state = 'done' and due_at >= last.due_at
    )`);
  const named = (failed: boolean) =>
    rows.filter(({ state }) => (state === 'failed') === failed).map(({ part }) => part);
  return { open: named(false), failed: named(true) };
}

/** Whether a run that is about to be made has to wait, and until when at the latest (business time). */
export async function waitOf(
  tx: Queryable,
  tenantId: number,
  job: Job,
  dueAt: Temporal.Instant,
  now: Temporal.Instant,
): Promise<{ until: Temporal.Instant | undefined; lacking: readonly string[] }> {
  if (!job.after) return { until: undefined, lacking: [] };
  const { open, failed } = await partsOf(tx, tenantId, job, dueAt);
  const until = dueAt.add({ minutes: job.after.deadlineMinutes });
  const isLate = Temporal.Instant.compare(now, until) >= 0;
  if (open.length > 0 && !isLate) return { until, lacking: [] };
  return { until: undefined, lacking: [...open, ...failed] };
}

/**
 * Lets runs go whose parts are done, or whose deadline has passed: those then know what they lack. Called where a run
 * ends, in its transaction, and at every tick for deadlines and for what two transactions at once did not see.
 */
export async function releaseWaiting(
  tx: Queryable,
  tenantId: number,
  jobs: readonly Job[],
  now: Temporal.Instant,
): Promise<number> {
  const waiting = await tx.query<{ run_id: number; job: string; due_at: Temporal.Instant }>(sql`
    select run_id, job, due_at from ops.job_runs
    where tenant_id = ${tenantId} and state = 'waiting' order by due_at, run_id`);
  let released = 0;
  for (const row of waiting) {
    const job = jobs.find(({ id }) => id === row.job);
    // A job this process does not know is another's to judge.
    if (!job) continue;
    const { until, lacking } = await waitOf(tx, tenantId, job, row.due_at, now);
    if (until) continue;
    const taken = await tx.run(sql`
      update ops.job_runs set state = 'queued', lacking = ${lacking as string[]}::text[], wait_until = null
      where tenant_id = ${tenantId} and run_id = ${row.run_id} and state = 'waiting'`);
    if (taken === 0) continue;
    await enqueue(tx, { tenantId, runId: row.run_id }, job.id, 'released');
    released += 1;
  }
  return released;
}
