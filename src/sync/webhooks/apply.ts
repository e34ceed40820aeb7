import { type Db, isDataError, isServerTrouble, type Tx } from '../../db/db.ts';
import { lockStream } from '../../db/locks.ts';
import { entities } from '../../domain/entities.ts';
import type { WriteRun } from '../../ingest/batch.ts';
import { lockWriters } from '../../ingest/lock.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import { moveByHeartbeats } from './heartbeat.ts';
import {
  dueEvents,
  expireEvents,
  forget,
  type Outcome,
  putAside,
  type Settled,
  type StoredEvent,
  settle,
  tasksOf,
} from './queue.ts';
import { applyRound, roundsOf } from './round.ts';
import { applierLock, wakeWaiting } from './waiting.ts';

/** Most events applied in one transaction: the writers' locks are held no longer than these take. */
const chunkSize = 500;

export type Counts = Record<Outcome, number>;

/** Told of events after the transaction that settled them: what became of them, and how long ago each was received. */
export type Observe = (settled: { outcome: Outcome; secondsSince: readonly number[] }) => void;

/**
 * Applies everything that is stored, in the order in which it occurred, and says how many events came to what. Events and
 * what they change are written in one transaction, so that a process killed at any point applies none twice and loses
 * none. One applier per tenant at a time, in whichever process. An event that cannot be applied never holds up the others.
 */
export async function applyWebhooks(db: Db, tenant: TenantZone, clock: Clock, observe?: Observe): Promise<Counts> {
  const { tenantId } = tenant;
  const counts: Counts = { applied: 0, ignored: 0, waiting: 0, rejected: 0 };
  const tasks = await tasksOf(db, tenantId, clock.now());
  if (tasks.expired) await expireEvents(db, tenantId, clock.now());
  if (tasks.waiting) await wakeWaiting(db, tenantId, clock.now());
  else if (!tasks.due) return counts;

  for (let most = chunkSize; ; ) {
    const at = clock.now();
    const taken: StoredEvent[] = [];
    let chunk: Chunk;
    try {
      chunk = await db.tx((tx) => applyChunk(tx, { tenant, at }, most, taken));
    } catch (error) {
      if (taken.length === 0 || isServerTrouble(error)) throw error;
      // One of them is poisonous: half as many at a time, until it is alone.
      if (taken.length > 1) {
        most = Math.ceil(taken.length / 2);
        continue;
      }
      chunk = { settled: await giveUp(db, tenantId, at, taken[0]!, error), described: false };
      most = chunkSize;
    }
    if (taken.length === 0) return counts;
    tell(chunk.settled, at, counts, observe);
    if (chunk.described) await wakeWaiting(db, tenantId, at);
  }
}

interface Chunk {
  settled: Settled[];
  /** Whether there are records now that were not there before: somebody may have waited for them. */
  described: boolean;
}

/** The applier's lock, alone and first; then what is due; then all the writers' locks at once, in the order all take them. */
async function applyChunk(tx: Tx, run: WriteRun, most: number, taken: StoredEvent[]): Promise<Chunk> {
  const { tenantId } = run.tenant;
  await lockStream(tx, tenantId, applierLock);
  taken.push(...(await dueEvents(tx, tenantId, run.at, most)));
  const heartbeats = taken.filter(({ entity }) => entity === null);
  const touched = new Set(taken.flatMap(({ entity }) => (entity ? [entities[entity]] : [])));
  await lockWriters(tx, tenantId, [...touched]);
  const chunk: Chunk = { settled: [], described: false };
  for (const round of roundsOf(taken)) {
    const { settled, inserted } = await applyRound(tx, run, round);
    chunk.settled.push(...settled);
    if (inserted > 0) chunk.described = true;
  }
  await settle(tx, tenantId, run.at, chunk.settled);
  if (heartbeats.length > 0) {
    await moveByHeartbeats(tx, run, heartbeats);
    await forget(tx, tenantId, heartbeats);
  }
  return chunk;
}

/** What the database refuses for its content is rejected; what failed for reasons unknown is tried again later. */
async function giveUp(
  db: Db,
  tenantId: number,
  at: Temporal.Instant,
  event: StoredEvent,
  error: unknown,
): Promise<Settled[]> {
  const reason = messageOf(error);
  if (!isDataError(error)) {
    await putAside(db, tenantId, event, at, reason);
    return [];
  }
  const settled: Settled[] = [{ event, outcome: 'rejected', reason }];
  await db.tx((tx) => settle(tx, tenantId, at, settled));
  return settled;
}

function tell(settled: readonly Settled[], at: Temporal.Instant, counts: Counts, observe?: Observe): void {
  for (const [outcome, group] of Map.groupBy(settled, (one) => one.outcome)) {
    counts[outcome] += group.length;
    observe?.({ outcome, secondsSince: group.map(({ event }) => event.received_at.until(at).total('seconds')) });
  }
}
