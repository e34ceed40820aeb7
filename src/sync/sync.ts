import { claimWork } from '../db/locks.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { SourceError } from '../sources/source-error.ts';
import type { CheckStream, Source, Stream } from '../sources/stream.ts';
import { syncList } from './list.ts';
import { createPace, type PaceDeps } from './pace.ts';
import type { Plan } from './plan.ts';
import { planFor } from './planning.ts';
import type { RunReport, StreamRun, SyncProgress } from './run.ts';
import { loadState, moveState, noteEnd, noteRefreshSla, noteRun, type StreamKey, type StreamState } from './state.ts';
import { nothingStored, type Stored, type SyncTenant, storing } from './store.ts';
import { syncVisits } from './visit.ts';

export interface SyncDeps extends PaceDeps {
  log: Log;
  tenant: SyncTenant;
}

export interface SyncOptions {
  signal: AbortSignal;
  /** Somebody asked for this run: it does not wait until the quota makes it due. */
  now?: boolean;
  /** Reads everything again, whatever was read before, with all calls there are. */
  full?: boolean;
  /** Deletes however much is gone. */
  acceptDeletes?: boolean;
  onProgress?: (progress: SyncProgress) => void;
}

/** What became of a run. Failures are thrown, after they were noted in ops.sync_state. */
export interface SyncResult {
  source: string;
  stream: string;
  /**
   * `whole`: all that was due was read. `part`: the calls of this run did not go further. `drifting`: the list moved too
   * much to be believed. `not due`: the quota does not allow it yet. `quota`: no calls are left for now. `elsewhere`:
   * another process is reading it.
   */
  outcome: RunReport['outcome'] | 'not due' | 'quota' | 'elsewhere';
  calls: number;
  stored: Stored;
  deleted: number;
  /** What people should know although nothing failed. */
  notes: string[];
}

/**
 * Reads one stream of a source, from where it was left. Throws a CremaError that names source, stream and page when
 * something is wrong: what was read before it is stored, and the next run goes on from there.
 */
export async function syncStream(
  deps: SyncDeps,
  source: Source,
  streamId: string,
  options: SyncOptions,
): Promise<SyncResult> {
  const stream = source.streams.find(({ id }) => id === streamId);
  if (!stream) throw new RangeError(`${source.name} has no stream ${streamId}`);
  const { db, clock, tenant } = deps;
  const key = { tenantId: tenant.tenantId, source: source.name, stream: stream.id };
  const claim = await claimWork(db, tenant.tenantId, `sync ${source.name}:${stream.id}`);
  const result = (outcome: SyncResult['outcome'], rest: Partial<SyncResult> = {}): SyncResult => ({
    ...{ source: source.name, stream: stream.id, outcome, calls: 0, stored: nothingStored, deleted: 0, notes: [] },
    ...rest,
  });
  if (!claim) return result('elsewhere');
  try {
    const now = clock.now();
    if (stream.shape !== 'check' && stream.entity !== undefined && stream.refreshSlaMinutes !== undefined)
      await noteRefreshSla(db, key, stream.entity, stream.refreshSlaMinutes, now);
    const state = await loadState(db, key);
    const plan = await planFor(db, tenant.tenantId, source, now);
    if (!options.now && !options.full && !isDue(stream, state, plan, now)) return result('not due');
    await noteRun(db, key, now);
    const pace = createPace(deps, tenant.tenantId, source, {
      signal: options.signal,
      keepFree: options.full ? 0 : keptFree(plan, stream.id),
    });
    const run: StreamRun = {
      ...{ db, clock, key, source, tenant, pace, write: { tenant, at: now } },
      full: options.full ?? false,
      acceptDeletes: options.acceptDeletes ?? false,
      callBudget: callBudget(plan, stream, options),
      onProgress: options.onProgress ?? (() => undefined),
    };
    try {
      const report = await runStream(run, stream);
      await noteEnd(db, key, clock.now(), { notes: report.notes });
      return result(report.outcome, { ...report, calls: pace.calls() });
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'quota') {
        await noteEnd(db, key, clock.now(), { notes: [error.message] });
        return result('quota', { calls: pace.calls(), notes: [error.message] });
      }
      if (!options.signal.aborted) await noteFailure(deps, key, error);
      throw error;
    }
  } finally {
    await claim.release();
  }
}

function runStream(run: StreamRun, stream: Stream): Promise<RunReport> {
  if (stream.shape === 'list') return syncList(run, stream);
  return stream.shape === 'visit' ? syncVisits(run, stream) : syncCheck(run, stream);
}

async function syncCheck(run: StreamRun, stream: CheckStream): Promise<RunReport> {
  const state = await loadState(run.db, run.key);
  const { notes, facts } = await stream.check(run.pace);
  const place = { source: run.source.name, stream: stream.id, page: 'page 1' };
  await storing(run.db, place, (tx) => moveState(tx, run.key, state, { cursor: facts, completeAsOf: run.write.at }));
  return { outcome: 'whole', stored: nothingStored, deleted: 0, notes };
}

/**
 * Whether a scheduled run should read: what takes calls for a whole reading waits for as long as the plan says, and goes
 * on at once where it was interrupted. Visits spread themselves by their calls for each run.
 */
function isDue(stream: Stream, state: StreamState, plan: Plan, now: Temporal.Instant): boolean {
  if (stream.shape === 'visit') return true;
  const underWay = stream.shape === 'list' && state.cursor.page !== undefined;
  // Not of the last complete pass: one that came to nothing is not repeated at once either.
  const last = stream.shape === 'list' ? state.runAt : state.completeAsOf;
  if (underWay || last === null) return true;
  const reachable = plan.streams.find(({ id }) => id === stream.id)?.reachableMinutes ?? stream.everyMinutes;
  // Runs are a little early or late: half the distance between two decides which one it is.
  return now.since(last).total('minutes') >= Math.min(reachable, stream.atLeastMinutes) - stream.runEveryMinutes / 2;
}

/**
 * Calls of one run of visits: the day's, spread over its runs. Who asks for a run wants it now: it may use up the day's. A
 * full one asks for everything.
 */
function callBudget(plan: Plan, stream: Stream, { now, full }: SyncOptions): number {
  if (full) return Number.MAX_SAFE_INTEGER;
  const perDay = plan.streams.find(({ id }) => id === stream.id)?.callsPerDay ?? 0;
  return Math.max(1, now ? perDay : Math.ceil((perDay * stream.runEveryMinutes) / (24 * 60)));
}

/** Calls of the day that a stream leaves to those served before it: what they need for two hours. */
function keptFree(plan: Plan, streamId: string): number {
  const index = plan.streams.findIndex(({ id }) => id === streamId);
  const before = plan.streams.slice(0, Math.max(0, index));
  return Math.ceil(before.reduce((sum, { callsPerDay }) => sum + callsPerDay, 0) / 12);
}

/** Keeps what went wrong for people to see; where even that cannot be stored, the error itself is what counts. */
async function noteFailure({ db, clock, log }: SyncDeps, key: StreamKey, error: unknown): Promise<void> {
  const code = error instanceof CremaError ? error.code : undefined;
  log.warn({ source: key.source, stream: key.stream, code, error: messageOf(error) }, 'sync failed');
  try {
    await noteEnd(db, key, clock.now(), { error });
  } catch (second) {
    log.warn({ source: key.source, stream: key.stream, error: messageOf(second) }, 'failure of a sync not noted');
  }
}
