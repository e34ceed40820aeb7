import type { Db } from '../db/db.ts';
import type { NewDelivery } from '../deliveries/delivery.ts';
import { type Moments, record } from '../deliveries/ledger.ts';
import { type Schedule, type Slot, slotAfter, slotsBetween } from './cadence.ts';
import { lockDue, markHandled } from './store.ts';
import type { Subscription, SubscriptionKind } from './subscription.ts';

/** Later than this a slot is not sent any more, in hours: a morning's number is no news in the evening. */
const tooLateHours: Readonly<Record<SubscriptionKind, number>> = { kpi: 4, digest: 4, report: 24 };

/** Slots older than this are not even written down as missed: after a long rest nobody counts them. */
const forgottenDays = 14;

export interface PlanOptions {
  /** Whether nothing is sent on a date, by the name of the calendar. */
  isHoliday: (calendar: string, date: string) => boolean;
  /** How long a delivery may wait for data. */
  waitMinutes: number;
}

/** When a subscription is due. */
export function scheduleOf(subscription: Subscription, { isHoliday }: Pick<PlanOptions, 'isHoliday'>): Schedule {
  const { cadence, at, timezone, holidays } = subscription;
  return {
    ...{ cadence, at, timezone },
    ...(holidays === null ? {} : { isHoliday: (date: string) => isHoliday(holidays, date) }),
  };
}

/**
 * Writes the deliveries of every slot that has come due; returns how many are new. All slots since the last look are
 * looked at, each is written once whoever looks: those that are too late as skipped, so that it can be seen. A clock that
 * was set back takes the last look back with it.
 */
export async function planDue(
  db: Db,
  tenantId: number,
  moments: Moments,
  options: PlanOptions,
): Promise<{ planned: number; skipped: number }> {
  const { now } = moments;
  return db.tx(async (tx) => {
    let planned = 0;
    let skipped = 0;
    for (const subscription of await lockDue(tx, tenantId, now)) {
      const schedule = scheduleOf(subscription, options);
      const oldest = now.subtract({ hours: forgottenDays * 24 });
      const { handledUntil } = subscription;
      const after = Temporal.Instant.compare(handledUntil, oldest) < 0 ? oldest : handledUntil;
      const deliveries = slotsBetween(schedule, after, now).map((slot) =>
        deliveryOf(subscription, slot, now, options.waitMinutes),
      );
      const written = await record(tx, tenantId, deliveries, moments);
      planned += written.length;
      skipped += deliveries.filter(({ skipped: why }) => why !== undefined).length;
      await markHandled(tx, subscription, now, slotAfter(schedule, now)?.at);
    }
    return { planned, skipped };
  });
}

function deliveryOf(
  { kind, subscriptionId, carrier, recipient }: Subscription,
  { date, at }: Slot,
  now: Temporal.Instant,
  waitMinutes: number,
): NewDelivery {
  const expiresAt = at.add({ hours: tooLateHours[kind] });
  const isLate = Temporal.Instant.compare(expiresAt, now) < 0;
  return {
    ...{ kind, subscriptionId, slot: date, carrier, recipient, dueAt: at, expiresAt },
    deadlineAt: at.add({ minutes: waitMinutes }),
    ...(isLate ? { skipped: `Crema was not running at the time; it is sent up to ${tooLateHours[kind]} h late` } : {}),
  };
}
