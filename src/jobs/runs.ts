import sql, { empty } from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../db/db.ts';
import { lockJob } from '../db/locks.ts';
import { CremaError } from '../lib/errors.ts';
import type { Job, JobReport } from './job.ts';
import type { RunRef } from './queue.ts';

/*
 * A run is a row of ops.job_runs and moves by compare-and-set:
 *
 *   waiting ──parts done, or deadline──> queued ──claim──> running ──> done
 *                                          │                 │ └────> failed (no attempt left)
 *                                          │                 └──────> retrying ──claim──> running
 *                                          └ a lease that ended: claim again, attempt + 1
 *
 * `attempt` is the fence: who holds an older one finds no row to write to.
 */
export type RunState = 'waiting' | 'queued' | 'running' | 'retrying' | 'done' | 'failed';

/** An attempt that is running: what its effects are fenced by. */
export interface Claim extends RunRef {
  job: string;
  attempt: number;
  maxAttempts: number;
  dueAt: Temporal.Instant;
  lacking: readonly string[];
}

export interface Moments {
  /** The business clock. */
  at: Temporal.Instant;
  /** The machine's clock: leases are kept in it. */
  machine: Temporal.Instant;
}

type Claimed =
  | { kind: 'claimed'; claim: Claim }
  /** Done, failed, or not there any more. */
  | { kind: 'over' }
  /** Another attempt, or another run of this job, is working. */
  | { kind: 'busy'; runId: number };

/**
 * Takes a run for as long as the lease is renewed. A run whose lease has ended is taken over; with no attempt left, it
 * has failed.
 */
export async function claimRun(db: Db, ref: RunRef, job: Job, moments: Moments, leaseMs: number): Promise<Claimed> {
  return db.tx(async (tx) => {
    await lockJob(tx, ref.tenantId, job.id);
    const [row] = await tx.query<{
      state: RunState;
      attempt: number;
      max_attempts: number;
      due_at: Temporal.Instant;
      lacking: string[];
      lease_until: Temporal.Instant | null;
    }>(sql`
      select state, attempt, max_attempts, due_at, lacking, lease_until from ops.job_runs
      where tenant_id = ${ref.tenantId} and run_id = ${ref.runId} for update`);
    if (!row || row.state === 'done' || row.state === 'failed') return { kind: 'over' };
    const working = await workingRun(tx, ref.tenantId, job.id, moments.machine);
    if (working !== undefined) return { kind: 'busy', runId: working };
    if (row.attempt >= row.max_attempts) {
      await endFailed(tx, ref, moments, `its process ended during attempt ${row.attempt} of ${row.max_attempts}`);
      return { kind: 'over' };
    }
    const attempt = row.attempt + 1;
    await tx.run(sql`
      update ops.job_runs
      set state = 'running', attempt = ${attempt}, lease_until = ${lease(moments, leaseMs)}, started_at = ${moments.at.toString()}
      where tenant_id = ${ref.tenantId} and run_id = ${ref.runId}`);
    const { due_at: dueAt, max_attempts: maxAttempts, lacking } = row;
    return { kind: 'claimed', claim: { ...ref, job: job.id, attempt, maxAttempts, dueAt, lacking } };
  });
}

/** Begins a run by hand, or names the run of that job which is working already, or is done and later than `doneSince`. */
export async function beginByHand(
  db: Db,
  tenantId: number,
  job: Job,
  { moments, leaseMs, doneSince }: { moments: Moments; leaseMs: number; doneSince?: number },
): Promise<Exclude<Claimed, { kind: 'over' }>> {
  return db.tx(async (tx) => {
    await lockJob(tx, tenantId, job.id);
    const working =
      (await workingRun(tx, tenantId, job.id, moments.machine)) ??
      (doneSince === undefined ? undefined : await doneRun(tx, tenantId, job.id, doneSince));
    if (working !== undefined) return { kind: 'busy', runId: working };
    const at = moments.at.toString();
    const [row] = await tx.query<{ run_id: number }>(sql`
      insert into ops.job_runs (tenant_id, job, started_by, due_at, state, attempt, max_attempts, lease_until, started_at, refresh_sla_minutes)
      values (${tenantId}, ${job.id}, 'hand', ${at}, 'running', 1, 1, ${lease(moments, leaseMs)}, ${at}, ${job.refreshSlaMinutes})
      returning run_id`);
    return {
      kind: 'claimed',
      claim: {
        ...{ tenantId, runId: row!.run_id, job: job.id, attempt: 1, maxAttempts: 1 },
        ...{ dueAt: moments.at, lacking: [] },
      },
    };
  });
}

/** Gives a failed run one more attempt. False when it is not there, or has not failed. */
export async function reviveRun(tx: Queryable, ref: RunRef): Promise<boolean> {
  const revived = await tx.run(sql`
    update ops.job_runs set state = 'retrying', max_attempts = attempt + 1, finished_at = null
    where tenant_id = ${ref.tenantId} and run_id = ${ref.runId} and state = 'failed'`);
  return revived === 1;
}

/** The run of a job that holds a lease. To be asked under the job's lock. */
async function workingRun(
  tx: Queryable,
  tenantId: number,
  job: string,
  machine: Temporal.Instant,
): Promise<number | undefined> {
  const [row] = await tx.query<{ run_id: number }>(sql`
    select run_id from ops.job_runs
    where tenant_id = ${tenantId} and job = ${job} and state = 'running' and lease_until > ${machine.toString()}::timestamptz
    limit 1`);
  return row?.run_id;
}

async function doneRun(tx: Queryable, tenantId: number, job: string, since: number): Promise<number | undefined> {
  const [row] = await tx.query<{ run_id: number }>(sql`
    select run_id from ops.job_runs
    where tenant_id = ${tenantId} and job = ${job} and state = 'done' and run_id > ${since}
    order by run_id desc limit 1`);
  return row?.run_id;
}

function lease({ machine }: Moments, leaseMs: number): string {
  return machine.add({ milliseconds: leaseMs }).toString();
}

/** Whether the attempt still holds its run; if so, for another lease. */
export async function renewLease(db: Queryable, claim: Claim, until: Temporal.Instant): Promise<boolean> {
  const kept = await db.run(sql`
    update ops.job_runs set lease_until = ${until.toString()} where ${held(claim)}`);
  return kept === 1;
}

/**
 * Keeps a run from being taken over until the transaction ends. `for key share` stands in the way of a claim's lock, not
 * of the lease's renewal, which is another connection's.
 */
export async function holdRun(tx: Queryable, claim: Claim): Promise<void> {
  const rows = await tx.query(sql`select from ops.job_runs where ${held(claim)} for key share`);
  if (rows.length === 1) return;
  throw new CremaError('JOB_TAKEN_OVER', `run ${claim.runId} of ${claim.job} has been taken over by another worker`, {
    remedy: 'Nothing of this attempt was kept; the other one does the work.',
  });
}

function held(claim: Claim) {
  return sql`tenant_id = ${claim.tenantId} and run_id = ${claim.runId} and state = 'running' and attempt = ${claim.attempt}`;
}

/** How an attempt ended. */
export interface Ended {
  moments: Moments;
  tookMs: number;
}

/** False when the run has been taken over: then nothing of this attempt counts. */
export async function endDone(tx: Tx, claim: Claim, report: JobReport, ended: Ended): Promise<boolean> {
  const at = ended.moments.at.toString();
  const rows = await tx.run(sql`
    update ops.job_runs
    set state = 'done', finished_at = ${at}, took_ms = ${Math.round(ended.tookMs)}, lease_until = null, error = null,
      counts = ${JSON.stringify(report.counts ?? {})}::jsonb, problem = ${report.problem ?? null},
      beyond_sla = ${at}::timestamptz > due_at + refresh_sla_minutes * interval '1 minute'
    where ${held(claim)}`);
  return rows === 1;
}

/** The attempt failed and another one follows; `free`: it does not count (the process is stopping). */
export async function endRetrying(
  tx: Tx,
  claim: Claim,
  error: string,
  { tookMs }: Ended,
  options: { free: boolean },
): Promise<boolean> {
  const rows = await tx.run(sql`
    update ops.job_runs
    set state = 'retrying', error = ${error}, took_ms = ${Math.round(tookMs)}, lease_until = null
      ${options.free ? sql`, max_attempts = max_attempts + 1` : empty}
    where ${held(claim)}`);
  return rows === 1;
}

export async function endLastAttempt(tx: Tx, claim: Claim, error: string, ended: Ended): Promise<boolean> {
  if ((await tx.query(sql`select from ops.job_runs where ${held(claim)} for update`)).length === 0) return false;
  await endFailed(tx, claim, ended.moments, error);
  return true;
}

async function endFailed(tx: Queryable, ref: RunRef, { at }: Moments, error: string): Promise<void> {
  await tx.run(sql`
    update ops.job_runs
    set state = 'failed', error = ${error}, finished_at = ${at.toString()}, lease_until = null,
      beyond_sla = ${at.toString()}::timestamptz > due_at + refresh_sla_minutes * interval '1 minute'
    where tenant_id = ${ref.tenantId} and run_id = ${ref.runId}`);
}

/** Runs by hand whose process ended: nobody will take them up again. */
export function failAbandoned(db: Queryable, tenantId: number, { at, machine }: Moments): Promise<number> {
  return db.run(sql`
    update ops.job_runs
    set state = 'failed', error = 'its process ended', finished_at = ${at.toString()}, lease_until = null
    where tenant_id = ${tenantId} and state = 'running' and started_by = 'hand'
      and lease_until <= ${machine.toString()}::timestamptz`);
}
