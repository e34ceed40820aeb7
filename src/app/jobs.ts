import type { Config } from '../config/config.ts';
import { type ExecuteDeps, usualTiming } from '../jobs/execute.ts';
import { jobsOf } from '../jobs/index.ts';
import type { AggregateType, Job } from '../jobs/job.ts';
import { type AggregateStep, aggregate } from '../jobs/manual.ts';
import { installQueue } from '../jobs/queue.ts';
import type { Kept } from '../jobs/upkeep.ts';
import { systemClock } from '../lib/clock.ts';
import { alertNoiseJob } from './alerts/noise.ts';
import type { CommandContext } from './command.ts';
import { restatementsJob } from './deliveries/restate.ts';
import type { Session } from './open.ts';
import { jobsOfSources } from './sync-jobs.ts';

/** Every job there is: the fixed ones, and those that depend on crema.yaml. */
export function configuredJobs(config: Config): readonly Job[] {
  return jobsOf([...jobsOfSources(config), restatementsJob(config.kpis), alertNoiseJob]);
}

/** What runs a job in this process, for commands. Brings the queue's tables up to date: a run may let others go. */
export async function byHand(context: CommandContext, session: Session): Promise<{ deps: ExecuteDeps; of: Kept }> {
  const { db, url, tenant, terms, config } = session;
  const { clock, log } = context;
  await installQueue(db, url, log);
  const deps = { db, clock, machine: systemClock, log, timing: usualTiming, jobs: configuredJobs(config) };
  return { deps, of: { tenant, terms: () => terms } };
}

/** A run by hand in one sentence, for whoever asked for it over HTTP. */
export async function aggregateInWords(
  deps: ExecuteDeps,
  of: Kept,
  type: AggregateType,
  stop: AbortSignal,
): Promise<{ ok: boolean; message: string }> {
  const steps = await aggregate(deps, of, type, stop);
  const failed = steps.filter(({ done }) => !done);
  const problems = steps.filter(({ problem }) => problem !== null);
  const parts = [
    `${steps.length - failed.length} of ${steps.length} jobs done`,
    ...failed.map(({ job, error }) => `${job} failed: ${error ?? 'no reason given'}`),
    ...problems.map(({ job, problem }) => `${job}: ${problem}`),
  ];
  return { ok: failed.length === 0, message: parts.join('; ') };
}

/** What a step came to, on a line: `drain  done  evaluated 3, buckets 2`. */
export function stepText({ job, done, joined, counts, problem, error }: AggregateStep): string {
  const facts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const words = [
    facts.join(', '),
    joined ? 'done by a run that was on its way' : '',
    problem ?? '',
    error ?? '',
  ].filter((word) => word !== '');
  return `${job.padEnd(12)} ${done ? 'done  ' : 'FAILED'}  ${words.join('; ')}`.trimEnd();
}
