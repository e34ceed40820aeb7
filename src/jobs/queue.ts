import { EventEmitter } from 'node:events';
import { Logger, run, runMigrations, type TaskList, type WorkerEvents } from 'graphile-worker';
import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { whileInstallingQueue } from '../db/locks.ts';
import type { Log } from '../lib/log.ts';

/**
 * The queue (graphile-worker) carries runs to workers and nothing more: what is to run, how often it was tried and what
 * became of it is in ops.job_runs. So its own attempts only make up for trouble in fetching, such as a lost connection.
 */
export interface RunRef {
  tenantId: number;
  runId: number;
}

/** Attempts to carry a run, not to do it: the waits between them add up to hours. */
const carryAttempts = 25;
/** From the wish to stop to the abort of what runs, in milliseconds: most runs end by themselves in that time. */
const stopGraceMs = 2_000;

/** A tenant's job in the queue: workers only take what they have the task of, so a process leaves other tenants' alone. */
export function taskOf(tenantId: number, job: string): string {
  return `${tenantId}:${job}`;
}

/** Connections named as ours: a shared embedded server counts its users by the name. */
function named(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('application_name', `crema worker pid ${process.pid}`);
  return parsed.toString();
}

/** Brings the queue's own tables (schema graphile_worker) up to date; several processes may do so at once. */
export function installQueue(db: Db, url: string, log: Log): Promise<void> {
  return whileInstallingQueue(db, () =>
    runMigrations({ connectionString: named(url), maxPoolSize: 2, logger: queueLogger(log) }),
  );
}

/**
 * Hands a run to the queue within the caller's transaction; `waitMs` from now, at once when not given. Runs of one
 * tenant's job are carried one after the other, in order. Returns the key it is known by in the queue: one per attempt
 * to hand it over, as the queue forgets keys of what is done.
 */
export async function enqueue(
  tx: Queryable,
  ref: RunRef,
  job: string,
  handedOver: string,
  runAt?: Temporal.Instant,
): Promise<string> {
  const key = `run:${ref.tenantId}:${ref.runId}:${handedOver}`;
  await tx.query(sql`
    select id from graphile_worker.add_job(
      identifier => ${taskOf(ref.tenantId, job)}::text, payload => ${JSON.stringify(ref)}::json,
      queue_name => ${taskOf(ref.tenantId, job)}::text,
      run_at => ${runAt?.toString() ?? null}::timestamptz, max_attempts => ${carryAttempts}::int, job_key => ${key}::text)`);
  await tx.run(sql`
    update ops.job_runs set queue_key = ${key} where tenant_id = ${ref.tenantId} and run_id = ${ref.runId}`);
  return key;
}

export interface QueueWorkers {
  /** What its locks in the queue are known by. */
  readonly poolId: string;
  /** Whether it still takes runs. */
  isAlive(): boolean;
  /** Takes nothing new, lets running tasks end; they are asked to by their signal. */
  stop(): Promise<void>;
}

export interface QueueOptions {
  url: string;
  log: Log;
  /** Runs at a time. */
  concurrency: number;
  pollMs: number;
  /** By `taskOf`: what is not among them is left to others. */
  tasks: Readonly<Record<string, (ref: RunRef, signal: AbortSignal) => Promise<void>>>;
}

export async function startQueueWorkers(options: QueueOptions): Promise<QueueWorkers> {
  const { log, tasks } = options;
  const taskList: TaskList = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload: unknown, helpers: { abortSignal: AbortSignal }) => task(payload as RunRef, helpers.abortSignal),
    ]),
  );
  const events: WorkerEvents = new EventEmitter();
  let poolId = '';
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id;
  });
  const runner = await run({
    events,
    connectionString: named(options.url),
    // One listens, the others work.
    maxPoolSize: options.concurrency + 2,
    concurrency: options.concurrency,
    pollInterval: options.pollMs,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: stopGraceMs,
    parsedCronItems: [],
    taskList,
    logger: queueLogger(log),
  });
  let alive = true;
  const ended = runner.promise
    .catch((error: unknown) => log.error({ err: error }, 'workers of the queue failed'))
    .finally(() => {
      alive = false;
    });
  return {
    poolId,
    isAlive: () => alive,
    async stop() {
      if (alive) await runner.stop();
      await ended;
    },
  };
}

function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    const fields = { ...(scope.label ? { label: scope.label } : {}), said: message };
    if (level === 'error') log.error(fields, 'the queue reports an error');
    else if (level === 'warning') log.warn(fields, 'the queue warns');
    else log.debug(fields, 'the queue says');
  });
}
