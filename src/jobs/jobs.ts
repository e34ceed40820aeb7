import { schedule as scheduleTask } from 'node-cron';
import type { Db } from '../db/db.ts';
import { type Clock, isMovable, systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type ExecuteDeps, type Ran, runQueued, type Timing, usualTiming } from './execute.ts';
import { type Job, jobsFor } from './job.ts';
import { keepWorkers } from './keep-workers.ts';
import { mendRuns } from './pools.ts';
import { installQueue, startQueueWorkers, taskOf } from './queue.ts';
import { registerSchedules, startDue } from './schedules.ts';
import { type Backlog, backlogOf } from './status.ts';
import type { Kept } from './upkeep.ts';
import { releaseWaiting } from './waiting.ts';

export interface JobsOptions {
  db: Db;
  /** Of the same database: the queue has connections of its own. Direct, not through a pool per transaction. */
  url: string;
  kept: readonly Kept[];
  /** Those of `jobsOf`. */
  jobs: readonly Job[];
  clock: Clock;
  log: Log;
  /** The machine's clock; replicas' have to agree within seconds. */
  machine?: Clock;
  timing?: Timing;
  /** Runs at a time in this process. */
  concurrency?: number;
  /** Told after each attempt. */
  observe?: (ran: Ran) => void;
  /** Told after each tick, for all tenants of this process together. */
  observeBacklog?: (backlog: Backlog) => void;
}

export interface Jobs {
  /** `ok`, or what is wrong with the queue or the heartbeat. */
  state(): string;
  /** Looks for due slots now, as the heartbeat does every minute. */
  tick(): Promise<void>;
  /** Takes over what changed of the tenants (their time zone). */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** A heartbeat later than this is missed, in milliseconds of real time: it comes every minute. */
const lateTickMs = 180_000;

/**
 * Starts what the clock starts: a heartbeat every minute that asks the database what is due, and workers for the queue.
 * Any number of processes may do so over one database; rows decide who does what.
 */
export async function createJobs(options: JobsOptions): Promise<Jobs> {
  const { db, kept, clock, log, machine = systemClock, timing = usualTiming } = options;
  const jobs = options.jobs;
  await installQueue(db, options.url, log);
  for (const { tenant } of kept) await registerSchedules(db, tenant, jobsFor(jobs, tenant), clock.now());

  const deps: ExecuteDeps = {
    ...{ db, clock, machine, log, timing, jobs },
    ...(options.observe ? { observe: options.observe } : {}),
  };
  const startWorkers = () =>
    startQueueWorkers({
      ...{ url: options.url, log, concurrency: options.concurrency ?? 4, pollMs: timing.pollMs },
      tasks: Object.fromEntries(
        kept.flatMap((of) =>
          jobsFor(jobs, of.tenant).map((job) => [
            taskOf(of.tenant.tenantId, job.id),
            (ref, signal) => runQueued(deps, of, job, ref, signal),
          ]),
        ),
      ),
    });
  const workers = await keepWorkers({
    ...{ db, log, machine, timing, start: startWorkers },
    tenantIds: kept.map(({ tenant }) => tenant.tenantId),
  });

  let lastTickAt = performance.now();
  let trouble: string | undefined;
  let ticking: Promise<void> | undefined;

  async function lookForDue(): Promise<void> {
    const now = clock.now();
    for (const { tenant } of kept) {
      const own = jobsFor(jobs, tenant);
      await startDue({ db, log, now }, tenant, own);
      await db.tx((tx) => releaseWaiting(tx, tenant.tenantId, own, now));
      await mendRuns(db, tenant.tenantId, own, { at: now, machine: machine.now() });
    }
    if (options.observeBacklog)
      options.observeBacklog(
        await backlogOf(
          db,
          kept.map(({ tenant }) => tenant.tenantId),
          jobs,
          now,
        ),
      );
  }

  /** One at a time: a second caller waits for the one that runs. */
  function tick(): Promise<void> {
    ticking ??= lookForDue()
      .then(
        () => {
          trouble = undefined;
          lastTickAt = performance.now();
        },
        (error: unknown) => {
          trouble = messageOf(error);
          log.warn({ error: trouble }, 'looking for due jobs failed, will be tried again');
        },
      )
      .finally(() => {
        ticking = undefined;
      });
    return ticking;
  }

  const heartbeat = scheduleTask('* * * * *', tick, {
    noOverlap: true,
    suppressMissedWarning: true,
    logger: heartbeatLogger(log),
  });
  const unfollow = isMovable(clock)
    ? clock.onMove(() => void (ticking ?? Promise.resolve()).then(tick))
    : () => undefined;
  // What came due while nobody was there does not wait for the minute.
  await tick();

  return {
    state() {
      if (!workers.isAlive()) return 'the workers of the queue have ended, others will be started';
      if (trouble !== undefined) return trouble;
      return performance.now() - lastTickAt > lateTickMs ? 'the heartbeat of the schedules is late' : 'ok';
    },
    tick,
    async reload() {
      for (const { tenant } of kept) await registerSchedules(db, tenant, jobsFor(jobs, tenant), clock.now());
    },
    async stop() {
      await heartbeat.destroy();
      unfollow();
      await ticking;
      await workers.stop();
    },
  };
}

function heartbeatLogger(log: Log) {
  const said = (message: string | Error) => ({ said: messageOf(message) });
  return {
    info: (message: string) => log.debug(said(message), 'the heartbeat says'),
    debug: (message: string | Error) => log.debug(said(message), 'the heartbeat says'),
    warn: (message: string) => log.warn(said(message), 'the heartbeat warns'),
    error: (message: string | Error) => log.error(said(message), 'the heartbeat reports an error'),
  };
}
