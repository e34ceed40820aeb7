import type { Db } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Timing } from './execute.ts';
import { beat, forgetPool, unlockSilentPools } from './pools.ts';
import type { QueueWorkers } from './queue.ts';

export interface KeepOptions {
  db: Db;
  log: Log;
  /** The tenants they work for. */
  tenantIds: readonly number[];
  machine: Clock;
  timing: Timing;
  start: () => Promise<QueueWorkers>;
}

export interface KeptWorkers {
  isAlive(): boolean;
  stop(): Promise<void>;
}

/**
 * Keeps a pool of workers: says every few seconds that it lives, frees what dead ones hold, and starts another one where
 * it has ended.
 */
export async function keepWorkers(options: KeepOptions): Promise<KeptWorkers> {
  const { db, log, tenantIds, machine, timing, start } = options;
  let workers = await start();
  let beating: Promise<void> | undefined;
  async function once(): Promise<void> {
    try {
      if (!workers.isAlive()) {
        workers = await start();
        log.warn('workers of the queue had ended, others were started');
      }
      await beat(db, workers.poolId, tenantIds, machine.now());
      await unlockSilentPools(db, machine.now(), timing.silentMs, log);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'heartbeat of the workers failed');
    }
  }
  function next(): void {
    beating ??= once().finally(() => {
      beating = undefined;
    });
  }
  next();
  const timer = setInterval(next, timing.beatMs);
  return {
    isAlive: () => workers.isAlive(),
    async stop() {
      // It keeps beating while its last runs end, or others would take it for dead.
      await workers.stop();
      clearInterval(timer);
      await beating;
      // A beat that was on its way may have started others.
      await workers.stop();
      await forgetPool(db, workers.poolId).catch(() => undefined);
    },
  };
}
