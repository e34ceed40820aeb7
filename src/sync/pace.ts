import { setTimeout as wait } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { longestWaitMs } from '../sources/http.ts';
import { type Place, SourceError } from '../sources/source-error.ts';
import type { Pace, Source } from '../sources/stream.ts';
import { type Limits, noCalls, takeCall, type Windows } from './quota.ts';

export interface PaceDeps {
  db: Db;
  /** Business time: what is read is as of it. */
  clock: Clock;
  /** The time calls are counted and waited by; the real one unless a test says otherwise. */
  wall?: Clock;
  /** Waiting and chance, for tests. */
  sleep?: Pace['sleep'];
  random?: Pace['random'];
}

/** The pace of one run: its calls are counted in the database with those of all other processes. */
export function createPace(
  { db, wall = systemClock, sleep = sleepFor, random = Math.random }: PaceDeps,
  tenantId: number,
  source: Pick<Source, 'name' | 'quota'>,
  run: { signal: AbortSignal; keepFree: number },
): Pace & { calls(): number } {
  const limits: Limits = { ...source.quota, keepFree: run.keepFree };
  let calls = 0;
  return {
    clock: wall,
    signal: run.signal,
    random,
    sleep,
    calls: () => calls,
    async before(place) {
      for (;;) {
        run.signal.throwIfAborted();
        const waitMs = await take(db, tenantId, source.name, limits, wall.now(), place);
        if (waitMs === 0) break;
        await sleep(waitMs, run.signal);
      }
      calls += 1;
    },
    async pause(until) {
      await db.run(sql`
        insert into ops.sync_quotas as q (tenant_id, source, windows, paused_until)
        values (${tenantId}, ${source.name}, ${JSON.stringify(noCalls)}::jsonb, ${until.toString()}::timestamptz)
        on conflict (tenant_id, source) do update set paused_until = greatest(q.paused_until, excluded.paused_until)`);
    },
  };
}

/** Takes a call and answers 0, or says how many milliseconds to wait; throws where that is too long. */
async function take(
  db: Db,
  tenantId: number,
  source: string,
  limits: Limits,
  now: Temporal.Instant,
  place: Place,
): Promise<number> {
  return db.tx(async (tx) => {
    const load = () =>
      tx.query<{ windows: Windows; pausedUntil: Temporal.Instant | null }>(sql`
        select windows, paused_until as "pausedUntil" from ops.sync_quotas
        where tenant_id = ${tenantId} and source = ${source} for update`);
    let [row] = await load();
    if (!row) {
      await tx.run(sql`
        insert into ops.sync_quotas (tenant_id, source, windows)
        values (${tenantId}, ${source}, ${JSON.stringify(noCalls)}::jsonb)
        on conflict (tenant_id, source) do nothing`);
      [row] = await load();
    }
    const paused = row!.pausedUntil?.since(now).total('milliseconds') ?? 0;
    if (paused > 0) return bearable(paused, place, 'the CRM wants no calls');
    const outcome = takeCall(row!.windows, limits, now.epochMilliseconds);
    if (!outcome.taken) {
      const what =
        outcome.window === 'day' ? `the calls of the day are used up (${limits.perDay})` : 'too many calls a minute';
      return bearable(outcome.waitMs, place, what);
    }
    await tx.run(sql`
      update ops.sync_quotas set windows = ${JSON.stringify(outcome.windows)}::jsonb, paused_until = null
      where tenant_id = ${tenantId} and source = ${source}`);
    return 0;
  });

  function bearable(waitMs: number, at: Place, why: string): number {
    if (waitMs <= longestWaitMs) return Math.max(1, Math.ceil(waitMs));
    const until = now.add({ milliseconds: Math.ceil(waitMs) }).round('second');
    throw new SourceError('quota', at, `${why} until ${until}`);
  }
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal });
}
