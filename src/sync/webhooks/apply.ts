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

/** Most transactions in one go: whoever calls has other work too. */
const mostChunks = 20;

/** How many events came to what. */
export interface Applied extends Record<Outcome, number> {
  /** Whether there are others that have been waiting their turn. */
  more: boolean;
}

/** Told of events after the transaction that settled them: what became of them, and how long ago each was received. */
export type Observe = (settled: { outcome: Outcome; secondsSince: readonly number[] }) => void;

/**
 * Applies what is stored, in the order in which it occurred. Events and what they change are written in one transaction, so
 * that a process killed at any point applies none twice and loses none. One applier per tenant at a time, in whichever
 * process. An event that cannot be applied never holds up the others. Returns when what was there is applied, whatever came
 * meanwhile: under steady traffic there would be no end, and applied events are in no aggregate yet.
 */
export async function applyWebhooks(db: Db, tenant: TenantZone, clock: Clock, observe?: Observe): Promise<Applied> {
  const { tenantId } = tenant;
  const applied: Applied = { applied: 0, ignored: 0, waiting: 0, rejected: 0, more: false };
  const tasks = await tasksOf(db, tenantId, clock.now());
  if (tasks.expired) await expireEvents(db, tenantId, clock.now());
  const woken = tasks.waiting ? await wakeWaiting(db, tenantId, clock.now()) : 0;
  applied.more = tasks.due || woken > 0;

  let most = chunkSize;
  for (let chunks = 0; applied.more && chunks < mostChunks; chunks++) {
    const at = clock.now();
    const taken: StoredEvent[] = [];
    let chunk: Chunk;
    try {
      chunk = await db.tx((tx) => applyChunk(tx, { tenant, at }, most, taken));
      applied.more = taken.length === most || chunk.left;
    } catch (error) {
      if (taken.length === 0 || isServerTrouble(error)) throw error;
      // One of them is poisonous: half as many at a time, until it is alone.
      if (taken.length > 1) {
        most = Math.ceil(taken.length / 2);
        continue;
      }
      chunk = { settled: await giveUp(db, tenantId, at, taken[0]!, error), inserted: 0, left: false };
      most = chunkSize;
    }
    tell(chunk.settled, at, applied, observe);
    if (chunk.inserted > 0 && (await wakeWaiting(db, tenantId, at)) > 0) applied.more = true;
  }
  return applied;
}

interface Chunk {
  settled: Settled[];
  /** Records that were not there before: somebody may have waited for them. */
  inserted: number;
  /** Whether some of what was taken is to come in another transaction. */
  left: boolean;
}

/** The applier's lock, alone and first; then what is due; then all the writers' locks at once, in the order all take them. */
async function applyChunk(tx: Tx, run: WriteRun, most: number, taken: StoredEvent[]): Promise<Chunk> {
  const { tenantId } = run.tenant;
  await lockStream(tx, tenantId, applierLock);
  taken.push(...(await dueEvents(tx, tenantId, run.at, most)));
  const heartbeats = taken.filter(({ entity }) => entity === null);
  const touched = new Set(taken.flatMap(({ entity }) => (entity ? [entities[entity]] : [])));
  await lockWriters(tx, tenantId, [...touched]);
  const chunk: Chunk = { settled: [], inserted: 0, left: false };
  for (const round of roundsOf(taken)) {
    const { settled, inserted } = await applyRound(tx, run, round);
    chunk.settled.push(...settled);
    chunk.inserted += inserted;
  }
  chunk.left = chunk.settled.length + heartbeats.length < taken.length;
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

function tell(settled: readonly Settled[], at: Temporal.Instant, counts: Applied, observe?: Observe): void {
  for (const [outcome, group] of Map.groupBy(settled, (one) => one.outcome)) {
    counts[outcome] += group.length;
    observe?.({ outcome, secondsSince: group.map(({ event }) => event.received_at.until(at).total('seconds')) });
  }
}
