import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { leadsMending } from '../db/locks.ts';
import type { Log } from '../lib/log.ts';
import type { Job } from './job.ts';
import { enqueue } from './queue.ts';
import { failAbandoned, type Moments } from './runs.ts';

/** Says that a pool of workers is alive. */
export async function beat(
  db: Queryable,
  poolId: string,
  tenantIds: readonly number[],
  machine: Temporal.Instant,
): Promise<void> {
  await db.run(sql`
    insert into ops.worker_heartbeats (tenant_id, pool_id, seen_at)
    select t, ${poolId}, ${machine.toString()}::timestamptz from unnest(${tenantIds as number[]}::bigint[]) as t
    on conflict (tenant_id, pool_id) do update set seen_at = excluded.seen_at`);
}

export async function forgetPool(db: Queryable, poolId: string): Promise<void> {
  await db.run(sql`delete from ops.worker_heartbeats where pool_id = ${poolId}`);
}

/**
 * Frees what dead workers hold in the queue: pools that have been silent, and those that died before their first
 * heartbeat. The queue itself would wait for four hours. A pool that was only slow goes on, but its runs are fenced by
 * their attempt. One replica does it at a time. Returns the pools.
 */
export async function unlockSilentPools(
  db: Db,
  machine: Temporal.Instant,
  silentMs: number,
  log: Log,
): Promise<readonly string[]> {
  const since = machine.subtract({ milliseconds: silentMs }).toString();
  return db.tx(async (tx) => {
    if (!(await leadsMending(tx))) return [];
    const rows = await tx.query<{ pool_id: string }>(sql`
      select pool_id from ops.worker_heartbeats group by pool_id having max(seen_at) < ${since}::timestamptz
      union
      select locked_by from graphile_worker.jobs
      where locked_at < ${since}::timestamptz and locked_by not in (select pool_id from ops.worker_heartbeats)`);
    const pools = rows.map((row) => row.pool_id);
    if (pools.length === 0) return [];
    await tx.query(sql`select graphile_worker.force_unlock_workers(${pools}::text[])`);
    await tx.run(sql`delete from ops.worker_heartbeats where pool_id = any (${pools}::text[])`);
    log.warn({ pools }, 'workers were silent, what they held is free again');
    return pools;
  });
}

/**
 * Puts runs back into the queue that nothing carries any more (its jobs were deleted, or gave up), and fails runs by
 * hand whose process ended. Returns how many it put back.
 */
export async function mendRuns(db: Db, tenantId: number, jobs: readonly Job[], moments: Moments): Promise<number> {
  return db.tx(async (tx) => {
    if (!(await leadsMending(tx))) return 0;
    await failAbandoned(tx, tenantId, moments);
    const lost = await tx.query<{ run_id: number; job: string }>(sql`
      select r.run_id, r.job from ops.job_runs r
      where r.tenant_id = ${tenantId} and r.job = any (${jobs.map(({ id }) => id)}::text[])
        and (r.state in ('queued', 'retrying')
          or (r.state = 'running' and r.started_by = 'schedule' and r.lease_until <= ${moments.machine.toString()}::timestamptz))
        and not exists (
          select from graphile_worker.jobs q where q.key = r.queue_key and q.attempts < q.max_attempts
        )
      order by r.due_at, r.run_id`);
    for (const { run_id: runId, job } of lost)
      await enqueue(tx, { tenantId, runId }, job, `again-${moments.machine.epochMilliseconds}`);
    return lost.length;
  });
}
