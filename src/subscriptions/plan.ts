import type { Db, Tx } from '../db/db.ts';
import type { NewDelivery } from '../deliveries/delivery.ts';
import { type Moments, record } from '../deliveries/ledger.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import { type Schedule, type Slot, slotAfter, slotsBetween } from './cadence.ts';
import { lockDue, markHandled, setState } from './store.ts';
import type { Subscription, SubscriptionKind } from './subscription.ts';

/** Later than this a slot is not sent any more, in hours: a morning's number is no news in the evening. */
const tooLateHours: Readonly<Record<SubscriptionKind, number>> = { kpi: 4, digest: 4, report: 24 };

/** Slots older than this are not even written down as missed: after a long rest nobody counts them. */
const forgottenDays = 14;

/** Planned in one transaction: locks are held shortly, and several replicas share the work of a full hour. */
const atOnce = 100;

export interface PlanOptions {
  /** Whether nothing is sent on a date, by the name of the calendar. */
  isHoliday: (calendar: string, date: string) => boolean;
  /** What the holiday of a date is called. */
  holidayName?: (calendar: string, date: string) => string | undefined;
  /** How long a delivery may wait for data. */
  waitMinutes: number;
}

/** When a subscription is due. */
export function scheduleOf(
  { cadence, at, timezone, holidays }: Pick<Subscription, 'cadence' | 'at' | 'timezone' | 'holidays'>,
  { isHoliday, holidayName }: Pick<PlanOptions, 'isHoliday' | 'holidayName'>,
): Schedule {
  return {
    ...{ cadence, at, timezone },
    ...(holidays === null
      ? {}
      : {
          isHoliday: (date: string) => isHoliday(holidays, date),
          holidayName: (date: string) => holidayName?.(holidays, date),
        }),
  };
}

export interface Planned {
  /** Deliveries that are new. */
  planned: number;
  /** Of those, the ones written as never to be sent. */
  skipped: number;
  /** Subscriptions whose schedule cannot be worked out; they were paused, so that the others are sent. */
  broken: { subscriptionId: number; reason: string }[];
}

/**
 * Writes the deliveries of every slot that has come due; returns how many are new. All slots since the last look are
 * looked at, each is written once whoever looks: those that are too late as skipped, so that it can be seen. A clock that
 * was set back takes the last look back with it.
 */
export async function planDue(db: Db, tenantId: number, moments: Moments, options: PlanOptions): Promise<Planned> {
  const all: Planned = { planned: 0, skipped: 0, broken: [] };
  for (;;) {
    const due = await db.tx(async (tx) => {
      const locked = await lockDue(tx, tenantId, moments.now, atOnce);
      for (const subscription of locked) await plan(tx, subscription, moments, options, all);
      return locked.length;
    });
    if (due < atOnce) return all;
  }
}

async function plan(
  tx: Tx,
  subscription: Subscription,
  moments: Moments,
  options: PlanOptions,
  all: Planned,
): Promise<void> {
  const { now } = moments;
  const { tenantId, subscriptionId } = subscription;
  let deliveries: NewDelivery[];
  let next: Temporal.Instant | undefined;
  try {
    const schedule = scheduleOf(subscription, options);
    const oldest = now.subtract({ hours: forgottenDays * 24 });
    const { handledUntil } = subscription;
    const after = Temporal.Instant.compare(handledUntil, oldest) < 0 ? oldest : handledUntil;
    deliveries = slotsBetween(schedule, after, now).map((slot) =>
      deliveryOf(subscription, slot, now, options.waitMinutes),
    );
    next = slotAfter(schedule, now)?.at;
  } catch (error) {
    // One bad row must not keep everybody else's from being sent.
    const reason = `its schedule (${subscription.at} ${subscription.timezone}) cannot be worked out: ${messageOf(error)}`;
    await setState(tx, tenantId, subscriptionId, { state: 'paused', reason, now });
    all.broken.push({ subscriptionId, reason });
    return;
  }
  all.planned += (
    await record(
      tx,
      tenantId,
      deliveries.filter(({ skipped }) => skipped === undefined),
      moments,
    )
  ).length;
  const late = await record(
    tx,
    tenantId,
    deliveries.filter(({ skipped }) => skipped !== undefined),
    moments,
  );
  all.planned += late.length;
  all.skipped += late.length;
  await markHandled(tx, subscription, now, next);
}

function deliveryOf(
  { kind, subscriptionId, carrier, recipient }: Subscription,
  { date, at }: Slot,
  now: Temporal.Instant,
  waitMinutes: number,
): NewDelivery {
  const expiresAt = at.add({ hours: tooLateHours[kind] });
  const isLate = Temporal.Instant.compare(expiresAt, now) < 0;
  const isPast = Temporal.Instant.compare(at, now) < 0;
  return {
    ...{ kind, subscriptionId, slot: date, carrier, recipient, dueAt: at, expiresAt },
    // After an outage the data is behind too: what is late waits as long for it as what is in time.
    deadlineAt: (isPast ? now : at).add({ minutes: waitMinutes }),
    ...(isLate ? { skipped: `Crema was not running at the time; it is sent up to ${tooLateHours[kind]} h late` } : {}),
  };
}

/**
 * Lets a subscription be sent once more, now: what it would get at a slot of today, beside those of its schedule. Returns the
 * delivery's number.
 */
export async function sendNow(db: Db, subscription: Subscription, moments: Moments): Promise<number> {
  const local = moments.now.toZonedDateTimeISO(subscription.timezone);
  const time = local.toPlainTime().toString({ smallestUnit: 'second' });
  const date = local.toPlainDate().toString();
  const delivery = deliveryOf(
    subscription,
    { date: `${date}${byHand}${time}`, at: moments.now, clocks: 'usual' },
    moments.now,
    0,
  );
  const [id] = await db.tx((tx) => record(tx, subscription.tenantId, [delivery], moments));
  if (id === undefined) throw new CremaError('SENT_JUST_NOW', 'it was sent this very second already');
  return id;
}

/** Between the date and the time of what is sent by hand, in its slot. */
const byHand = ' by hand at ';

/** The local date a slot is of, also where it was sent by hand. */
export function dateOfSlot(slot: string): string {
  return slot.split(byHand)[0]!;
}
