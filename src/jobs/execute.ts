import type { Db } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Job, JobReport } from './job.ts';
import { enqueue, type RunRef } from './queue.ts';
import {
  beginByHand,
  type Claim,
  claimRun,
  endDone,
  endLastAttempt,
  endRetrying,
  holdRun,
  type Moments,
  renewLease,
} from './runs.ts';
import type { Kept } from './upkeep.ts';
import { releaseWaiting } from './waiting.ts';

/** How fast things are noticed, in milliseconds. */
export interface Timing {
  /** How long a run is a worker's without being renewed. Shorter than `silentMs`: who is unlocked holds nothing. */
  leaseMs: number;
  /** Between renewals, and between heartbeats of a pool. */
  beatMs: number;
  /** A pool silent for longer is taken for dead. */
  silentMs: number;
  /** Between looks of a worker into its queue; new work is announced besides. */
  pollMs: number;
  /** First wait after a failure; it doubles with each further one. */
  retryBaseMs: number;
}

export const usualTiming: Timing = {
  leaseMs: 25_000,
  beatMs: 5_000,
  silentMs: 30_000,
  pollMs: 2_000,
  retryBaseMs: 2_000,
};

const longestRetryMs = 30 * 60_000;

/**
 * The wait before an attempt, in milliseconds: a random part of a span that doubles with each failure (full jitter, so
 * that what failed together does not come back together), at least a tenth of the base.
 */
export function retryDelayMs(failures: number, baseMs: number, random: () => number = Math.random): number {
  const span = Math.min(longestRetryMs, baseMs * 2 ** (failures - 1));
  return Math.max(baseMs / 10, Math.round(span * random()));
}

/** What became of an attempt; `taken-over`: nothing of it counts. */
export type Outcome = 'done' | 'retrying' | 'failed' | 'stopped' | 'taken-over';

export interface Ran {
  job: string;
  outcome: Outcome;
  seconds: number;
}

export interface ExecuteDeps {
  db: Db;
  clock: Clock;
  /** The machine's clock: leases and waits of the queue. */
  machine: Clock;
  log: Log;
  timing: Timing;
  /** All jobs, to let go those that wait for this one. */
  jobs: readonly Job[];
  observe?: (ran: Ran) => void;
}

function momentsOf(deps: ExecuteDeps): Moments {
  return { at: deps.clock.now(), machine: deps.machine.now() };
}

/** Runs what the queue has carried here, if it is still to be run. */
export async function runQueued(deps: ExecuteDeps, of: Kept, job: Job, ref: RunRef, stop: AbortSignal): Promise<void> {
  const claimed = await claimRun(deps.db, ref, job, momentsOf(deps), deps.timing.leaseMs);
  if (claimed.kind === 'over') return;
  if (claimed.kind === 'busy') {
    // Its last worker may have died a moment ago, or a run by hand is at it: look again when a lease has passed.
    const again = deps.machine.now().add({ milliseconds: deps.timing.leaseMs / 2 });
    await deps.db.tx((tx) => enqueue(tx, ref, job.id, `later-${again.epochMilliseconds}`, again));
    return;
  }
  await attempt(deps, of, job, claimed.claim, stop);
}

export type ByHand =
  | { kind: 'ran'; runId: number; outcome: Outcome; report?: JobReport; error?: string }
  /** Another run of the job is working, or is done since; this one did nothing. */
  | { kind: 'busy'; runId: number };

/**
 * Runs a job here and now, recorded as a run by hand with one attempt, unless it is running already, or is done by a run
 * later than `doneSince`.
 */
export async function runByHand(
  deps: ExecuteDeps,
  of: Kept,
  job: Job,
  stop: AbortSignal,
  options: { doneSince?: number } = {},
): Promise<ByHand> {
  const begun = await beginByHand(deps.db, of.tenant.tenantId, job, {
    ...{ moments: momentsOf(deps), leaseMs: deps.timing.leaseMs },
    ...options,
  });
  if (begun.kind === 'busy') return begun;
  return { kind: 'ran', runId: begun.claim.runId, ...(await attempt(deps, of, job, begun.claim, stop)) };
}

/** Runs a run that has failed once more, here and now. Undefined when it is over. */
export async function runAgain(
  deps: ExecuteDeps,
  of: Kept,
  job: Job,
  ref: RunRef,
  stop: AbortSignal,
): Promise<ByHand | undefined> {
  const claimed = await claimRun(deps.db, ref, job, momentsOf(deps), deps.timing.leaseMs);
  if (claimed.kind === 'over') return undefined;
  if (claimed.kind === 'busy') return claimed;
  return { kind: 'ran', runId: ref.runId, ...(await attempt(deps, of, job, claimed.claim, stop)) };
}

async function attempt(
  deps: ExecuteDeps,
  of: Kept,
  job: Job,
  claim: Claim,
  stop: AbortSignal,
): Promise<{ outcome: Outcome; report?: JobReport; error?: string }> {
  const { db, clock } = deps;
  const { tenant } = of;
  const log = deps.log.child({ tenant: tenant.slug, job: job.id, run: claim.runId, attempt: claim.attempt });
  const startedAt = performance.now();
  const lease = keepLease(deps, claim, log);
  const timeout = AbortSignal.timeout(job.timeoutMinutes * 60_000);
  let report: JobReport | undefined;
  let error: string | undefined;
  try {
    report = await job.run({
      ...{ db, tenant, terms: of.terms(), clock, log, dueAt: claim.dueAt, lacking: claim.lacking },
      signal: AbortSignal.any([stop, timeout, lease.lost]),
      hold: (tx) => holdRun(tx, claim),
    });
  } catch (failure) {
    error = timeout.aborted ? `it took more than ${job.timeoutMinutes} min` : messageOf(failure);
    log.debug({ err: failure }, 'job failed');
  } finally {
    lease.stop();
  }
  const tookMs = performance.now() - startedAt;
  const ended = { moments: momentsOf(deps), tookMs };
  const outcome = await db.tx(async (tx): Promise<Outcome> => {
    if (report) {
      if (!(await endDone(tx, claim, report, ended))) return 'taken-over';
      await releaseWaiting(tx, tenant.tenantId, deps.jobs, clock.now());
      return 'done';
    }
    const isStopping = stop.aborted && !timeout.aborted;
    if (!isStopping && claim.attempt >= claim.maxAttempts) {
      if (!(await endLastAttempt(tx, claim, error ?? '', ended))) return 'taken-over';
      await releaseWaiting(tx, tenant.tenantId, deps.jobs, clock.now());
      return 'failed';
    }
    if (!(await endRetrying(tx, claim, error ?? '', ended, { free: isStopping }))) return 'taken-over';
    const wait = isStopping ? 0 : retryDelayMs(claim.attempt, deps.timing.retryBaseMs);
    const runAt = deps.machine.now().add({ milliseconds: Math.round(wait) });
    await enqueue(tx, claim, job.id, `after-${claim.attempt}`, runAt);
    return isStopping ? 'stopped' : 'retrying';
  });
  tell(log, outcome, { report, error, tookMs });
  deps.observe?.({ job: job.id, outcome, seconds: tookMs / 1000 });
  return { outcome, ...(report ? { report } : {}), ...(error === undefined ? {} : { error }) };
}

function tell(
  log: Log,
  outcome: Outcome,
  { report, error, tookMs }: { report: JobReport | undefined; error: string | undefined; tookMs: number },
): void {
  const fields = { outcome, tookMs: Math.round(tookMs), ...report?.counts, ...(error === undefined ? {} : { error }) };
  if (report?.problem !== undefined) log.warn({ ...fields, problem: report.problem }, 'job found a problem');
  else if (outcome === 'done') log.debug(fields, 'job done');
  else if (outcome === 'failed') log.error(fields, 'job failed for good');
  else if (outcome === 'stopped') log.info(fields, 'job broken off by the stop, will be run again');
  else log.warn(fields, 'job did not succeed');
}

/** Renews the lease again and again; `lost` aborts when it is another's, or could not be renewed for its whole length. */
function keepLease(deps: ExecuteDeps, claim: Claim, log: Log): { lost: AbortSignal; stop: () => void } {
  const { db, machine, timing } = deps;
  const lost = new AbortController();
  let until = machine.now().add({ milliseconds: timing.leaseMs });
  async function renew(): Promise<void> {
    const next = machine.now().add({ milliseconds: timing.leaseMs });
    try {
      if (await renewLease(db, claim, next)) until = next;
      else lost.abort(new Error('the run was taken over'));
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'lease was not renewed');
      if (Temporal.Instant.compare(machine.now(), until) > 0) lost.abort(new Error('the lease could not be renewed'));
    }
  }
  const timer = setInterval(() => void renew(), timing.beatMs);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
