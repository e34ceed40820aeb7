import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { sweepConversations } from '../facts/conversations/sweep.ts';
import type { SlaTerms } from '../facts/policies.ts';
import { type Swept, sweepSla } from '../facts/sweep.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { drain } from '../rollups/engine.ts';
import { rollups } from '../rollups/index.ts';
import { applyWebhooks, type Observe } from '../sync/webhooks/apply.ts';

/** Pause between looks at what changed, in milliseconds: changes reach the aggregates within seconds. */
const pauseMs = 2_000;

/** The same where something has come meanwhile: a turn costs the same for one event as for many. */
const gatherMs = 200;

/** A tenant and what its stored facts depend on besides its records. */
export interface Kept {
  tenant: Tenant;
  /** Asked at every turn: a new configuration brings new ones. */
  terms: () => SlaTerms;
}

/**
 * Brings everything that is derived from the records up to date: first the facts (breaches, which time makes; conversations,
 * which messages make), then the aggregates. Without anything to do it costs a few looks by index.
 */
export async function bringUpToDate(
  db: Db,
  { tenant, terms }: Kept,
  clock: Clock,
  onProgress?: (swept: Swept) => void,
): Promise<{ evaluated: number; buckets: number }> {
  const { evaluated } = await sweepSla(db, tenant, terms(), {
    now: clock.now(),
    ...(onProgress ? { onProgress } : {}),
  });
  await sweepConversations(db, tenant);
  return { evaluated, buckets: await drainMarked(db, tenant, clock) };
}

/** Makes every marked day of the tenant's rollups again, and all days of those defined otherwise than they were made. */
async function drainMarked(db: Db, tenant: Tenant, clock: Clock): Promise<number> {
  const marked = await db.query<{ rollup: string }>(sql`
    select rollup from ops.dirty where tenant_id = ${tenant.tenantId} group by rollup`);
  const made = await db.query<{ rollup: string; definition_version: number; timezone: string }>(sql`
    select rollup, definition_version, timezone from ops.rollups where tenant_id = ${tenant.tenantId}`);
  let buckets = 0;
  for (const rollup of rollups) {
    const last = made.find((row) => row.rollup === rollup.id);
    const isOutdated =
      last && (last.definition_version !== rollup.definitionVersion || last.timezone !== tenant.timezone);
    if (isOutdated || marked.some((mark) => mark.rollup === rollup.id))
      buckets += (await drain(db, rollup, tenant, clock.now())).buckets;
  }
  return buckets;
}

export interface Upkeep {
  /** Starts the next turn at once, or one more after the turn that runs: something came that is not to wait. */
  wake(): void;
  /** Ends the loop after the turn that runs, if one does. */
  stop(): Promise<void>;
}

/**
 * Keeps tenants up to date again and again: what webhooks told, then what is derived from the records. A failing turn is
 * logged and tried at the next one: its events and marks are still there.
 */
export function createUpkeep(deps: {
  db: Db;
  kept: readonly Kept[];
  clock: Clock;
  log: Log;
  onWebhooks?: Observe;
  /** What is derived from the records has changed. */
  onChange?: () => void;
}): Upkeep {
  const { db, kept, clock, log } = deps;
  let stopped = false;
  let woken = false;
  let endPause: () => void = () => undefined;

  /** Returns whether there is more. What is wrong with events does not keep what is there already from being brought up to date. */
  async function applyStored({ tenant }: Kept): Promise<boolean> {
    try {
      const { more, ...settled } = await applyWebhooks(db, tenant, clock, deps.onWebhooks);
      if (Object.values(settled).some((events) => events > 0))
        log.info({ tenant: tenant.slug, ...settled }, 'webhooks applied');
      return more;
    } catch (error) {
      log.warn({ tenant: tenant.slug, error: messageOf(error) }, 'applying webhooks failed, will be tried again');
      return false;
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false;
      for (const one of kept) {
        const tenant = one.tenant.slug;
        try {
          if (await applyStored(one)) woken = true;
          const { evaluated, buckets } = await bringUpToDate(db, one, clock);
          if (evaluated + buckets > 0) {
            log.info({ tenant, evaluated, buckets }, 'aggregates brought up to date');
            deps.onChange?.();
          }
        } catch (error) {
          log.warn({ tenant, error: messageOf(error) }, 'bringing up to date failed, will be tried again');
        }
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, woken ? gatherMs : pauseMs);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) endPause();
      });
    }
  }

  function wake(): void {
    if (!woken) endPause();
    woken = true;
  }

  const running = loop();
  return {
    wake,
    stop() {
      stopped = true;
      endPause();
      return running;
    },
  };
}
