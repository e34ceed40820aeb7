import sql from 'sql-template-tag';
import { incidentIdOf, onPostSettled } from '../../alerts/deliver.ts';
import { type LookDeps, lookAtDue } from '../../alerts/look.ts';
import { lockIncident } from '../../alerts/store/incidents.ts';
import type { Lane } from '../../alerts/store/rules.ts';
import type { Queryable } from '../../db/db.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import type { Ended } from '../../deliveries/dispatch.ts';
import type { Moments } from '../../deliveries/ledger.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { type Clock, isMovable, systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { tellUndelivered } from './undelivered.ts';
import { tellUnknownRules } from './unknown.ts';

/** Between looks for rules that are due, in milliseconds: an alert is told within about a second of its time. */
const pollMs = 1_000;

export interface AlertsOptions extends LookDeps {
  clock: Clock;
  /** Something was told: what waits to be sent is looked for. */
  onTold: () => void;
  /** Between looks, in milliseconds. */
  pollMs?: number;
}

export interface Alerts {
  /** Looks at once: data has changed, or somebody has acted. */
  wake(): void;
  /** `ok`, or what is wrong. */
  state(): string;
  stop(): Promise<void>;
}

/**
 * Looks at the rules that are due, again and again. Any number of processes may do so over one database. Rules that follow
 * changes at once have a lane of their own, so that thousands of others do not hold them up.
 */
export function startAlerts(options: AlertsOptions): Alerts {
  const lanes = (['urgent', 'patient'] as const).map((lane) => startLane(lane, options));
  const wake = () => {
    for (const lane of lanes) lane.wake();
  };
  const unfollow = isMovable(options.clock) ? options.clock.onMove(wake) : () => undefined;
  return {
    wake,
    state: () => lanes.map((lane) => lane.state()).find((state) => state !== 'ok') ?? 'ok',
    async stop() {
      unfollow();
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

/** A turn that fails is logged and made again. */
function startLane(lane: Lane, options: AlertsOptions): Alerts {
  const { clock, log } = options;
  let stopped = false;
  let woken = false;
  let trouble: string | undefined;
  let endPause: () => void = () => undefined;

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false;
      try {
        const moments = { now: clock.now(), machine: systemClock.now() };
        const looked = await lookAtDue(options, moments, { lane, isStopping: () => stopped });
        if (looked > 0) {
          await tellUnknownRules(options.db, options.context.tenant, moments);
          options.onTold();
        }
        trouble = undefined;
      } catch (error) {
        trouble = messageOf(error);
        log.warn({ lane, error: trouble }, 'looking at alert rules failed, will be tried again');
      }
      if (woken || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, options.pollMs ?? pollMs);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  function wake(): void {
    woken = true;
    endPause();
  }

  const running = loop();
  return {
    wake,
    state: () => trouble ?? 'ok',
    async stop() {
      stopped = true;
      endPause();
      await running;
    },
  };
}

/**
 * What the end of a delivery means for the incident it told of. A message that never arrives is told to whoever looks after
 * the rule. To be called in the transaction that settles it.
 */
export async function onAlertSettled(
  tx: Queryable,
  delivery: Delivery,
  ended: Ended,
  { timezone, ...moments }: Moments & Pick<Tenant, 'timezone'>,
): Promise<void> {
  if (delivery.kind !== 'alert') return;
  const incident = await lockIncident(tx, delivery.tenantId, incidentIdOf(delivery));
  if (!incident) return;
  const [row] = await tx.query<{ version: number | null; reason: string | null }>(sql`
    select (letter -> 'body' ->> 'version')::int as version, reason from ops.deliveries
    where tenant_id = ${delivery.tenantId} and delivery_id = ${delivery.deliveryId}`);
  const arrived = ended.kind === 'sent';
  await onPostSettled(tx, incident, delivery, { arrived, version: row?.version ?? delivery.revision }, moments);
  if (delivery.part === 'main' && (ended.kind === 'refused' || ended.kind === 'expired'))
    await tellUndelivered(tx, delivery, { incident, reason: row?.reason ?? ended.reason, timezone }, moments);
}
