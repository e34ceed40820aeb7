import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { type ExecuteDeps, runByHand } from './execute.ts';
import { type AggregateType, aggregateTypes, type Job, jobsFor } from './job.ts';
import { runOf } from './status.ts';
import type { Kept } from './upkeep.ts';

/** What became of one job of a run by hand. */
export interface AggregateStep {
  job: string;
  run: number;
  done: boolean;
  /** Another run did the work while this call waited for it. */
  joined: boolean;
  counts: Readonly<Record<string, number>>;
  problem: string | null;
  error: string | null;
}

/** Between looks at a run of another's, in milliseconds. */
const lookMs = 250;

/** The jobs of a run by hand: those of its type and of the smaller ones, in the order of the list. */
export function aggregateJobs(jobs: readonly Job[], type: AggregateType): readonly Job[] {
  const included = aggregateTypes.slice(0, aggregateTypes.indexOf(type) + 1);
  return jobs.filter((job) => job.aggregate !== undefined && included.includes(job.aggregate));
}

/**
 * Runs the jobs of a type now, one after the other; one that fails does not keep the others from running. Calls at the
 * same time, in this process or another, share the work: a job that is running, or that ran since this call began, is
 * not run again.
 */
export async function aggregate(
  deps: ExecuteDeps,
  of: Kept,
  type: AggregateType,
  stop: AbortSignal,
): Promise<AggregateStep[]> {
  const { tenantId } = of.tenant;
  const [row] = await deps.db.query<{ last: number | null }>(sql`
    select max(run_id) as last from ops.job_runs where tenant_id = ${tenantId}`);
  const steps: AggregateStep[] = [];
  for (const job of aggregateJobs(jobsFor(deps.jobs, of.tenant), type)) {
    stop.throwIfAborted();
    const ran = await runByHand(deps, of, job, stop, { doneSince: row?.last ?? 0 });
    if (ran.kind === 'busy') steps.push(await joined(deps, of, job, ran.runId, stop));
    else
      steps.push({
        ...{ job: job.id, run: ran.runId, done: ran.outcome === 'done', joined: false },
        ...{ counts: ran.report?.counts ?? {}, problem: ran.report?.problem ?? null, error: ran.error ?? null },
      });
  }
  return steps;
}

/** Waits for the end of a run that another one does. */
async function joined(
  deps: ExecuteDeps,
  { tenant }: Kept,
  job: Job,
  runId: number,
  stop: AbortSignal,
): Promise<AggregateStep> {
  for (;;) {
    const run = await runOf(deps.db, tenant.tenantId, runId, deps.clock.now());
    if (run?.state !== 'running' || run.leaseUntil === null || isPast(run.leaseUntil, deps.machine.now()))
      return {
        ...{ job: job.id, run: runId, done: run?.state === 'done', joined: true },
        ...{ counts: run?.counts ?? {}, problem: run?.problem ?? null },
        error: run?.state === 'done' ? null : (run?.error ?? 'the run it waited for did not end'),
      };
    await sleep(lookMs, undefined, { signal: stop });
  }
}

function isPast(moment: string, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(moment), now) < 0;
}
