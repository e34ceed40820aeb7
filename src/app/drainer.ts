import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { drain } from '../rollups/engine.ts';
import { rollups } from '../rollups/index.ts';

/** Pause between looks at the dirty log, in milliseconds: changes reach the aggregates within seconds. */
const pauseMs = 2_000;

/** Makes every marked day of the tenant's rollups again. Rollups without marks cost one look at the log. */
export async function drainMarked(db: Db, tenant: Tenant, clock: Clock): Promise<number> {
  const marked = await db.query<{ rollup: string }>(sql`
    select rollup from ops.dirty where tenant_id = ${tenant.tenantId} group by rollup
    union
    select r.rollup from ops.rollups r where r.tenant_id = ${tenant.tenantId} and r.timezone <> ${tenant.timezone}`);
  let buckets = 0;
  for (const rollup of rollups) {
    if (marked.some((mark) => mark.rollup === rollup.id))
      buckets += (await drain(db, rollup, tenant, clock.now())).buckets;
  }
  return buckets;
}

export interface Drainer {
  /** Ends the loop after the drain that runs, if one does. */
  stop(): Promise<void>;
}

/** Drains again and again. A failing drain is logged and tried at the next turn: its marks are still there. */
export function createDrainer(deps: { db: Db; tenants: readonly Tenant[]; clock: Clock; log: Log }): Drainer {
  const { db, tenants, clock, log } = deps;
  let stopped = false;
  let wake: () => void = () => undefined;

  async function loop(): Promise<void> {
    while (!stopped) {
      for (const tenant of tenants) {
        try {
          const buckets = await drainMarked(db, tenant, clock);
          if (buckets > 0) log.info({ tenant: tenant.slug, buckets }, 'aggregates brought up to date');
        } catch (error) {
          log.warn({ tenant: tenant.slug, error: messageOf(error) }, 'drain failed, will be tried again');
        }
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) wake();
      });
    }
  }

  const running = loop();
  return {
    stop() {
      stopped = true;
      wake();
      return running;
    },
  };
}
