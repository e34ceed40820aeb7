import fc from 'fast-check';
import type { Calendar, Shift } from '../../src/sla/calendar.ts';
import { orderEvents, type TicketEvent, type TicketHistory } from '../../src/sla/history.ts';
import type { PolicyVersion } from '../../src/sla/policy.ts';
import { at } from './at.ts';
import { minute, type WallMinute, wallClock } from './wall-clock.ts';

/** Stretches of time in which something is odd about the clock. */
const stretches = [
  ['UTC', '2026-12-26 00:00'],
  ['Europe/Berlin', '2026-12-24 00:00'],
  ['Europe/Berlin', '2026-03-25 00:00'],
  ['America/New_York', '2026-03-04 00:00'],
  ['America/New_York', '2026-10-29 00:00'],
  ['America/Santiago', '2026-04-01 00:00'],
  ['America/Santiago', '2026-09-02 00:00'],
  ['America/Havana', '2026-10-28 00:00'],
  ['America/St_Johns', '2010-11-03 00:00'],
  ['Australia/Lord_Howe', '2026-04-01 00:00'],
  ['Australia/Lord_Howe', '2026-09-30 00:00'],
  ['Asia/Kolkata', '2026-11-02 00:00'],
  ['Asia/Kathmandu', '2026-12-28 00:00'],
  ['Pacific/Apia', '2011-12-26 00:00'],
  ['Pacific/Chatham', '2026-09-23 00:00'],
] as const;

export const stretchMinutes = 10 * 1440;

export interface Stretch {
  readonly timezone: string;
  readonly origin: number;
}

export const stretch: fc.Arbitrary<Stretch> = fc
  .constantFrom(...stretches)
  .map(([timezone, from]) => ({ timezone, origin: at(from) }));

const clocks = new Map<string, readonly WallMinute[]>();

/** The clock of a stretch, read once. */
export function clockOf({ timezone, origin }: Stretch): readonly WallMinute[] {
  const key = `${timezone} ${origin}`;
  const clock = clocks.get(key) ?? wallClock(timezone, origin, stretchMinutes);
  clocks.set(key, clock);
  return clock;
}

const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const bounds = fc.oneof(
  fc.constantFrom(0, 60, 90, 120, 150, 180, 540, 720, 1020, 1380, 1440),
  fc.integer({ min: 0, max: 1440 }),
);
/** Up to three shifts; neighbours may touch. */
const shifts: fc.Arbitrary<readonly Shift[]> = fc.oneof(
  fc.constant([{ from: '00:00', to: '24:00' }]),
  fc.constant([{ from: '09:00', to: '17:00' }]),
  fc.uniqueArray(bounds, { minLength: 2, maxLength: 6 }).map((minutes) => {
    const sorted = minutes.toSorted((a, b) => a - b);
    return sorted.flatMap((from, i) =>
      i % 2 === 0 && i + 1 < sorted.length ? [{ from: time(from), to: time(sorted[i + 1]!) }] : [],
    );
  }),
  fc.uniqueArray(bounds, { minLength: 3, maxLength: 3 }).map((minutes) => {
    const [a, b, c] = minutes.toSorted((x, y) => x - y);
    return [
      { from: time(b!), to: time(c!) },
      { from: time(a!), to: time(b!) },
    ];
  }),
);

export function calendarIn(where: Stretch): fc.Arbitrary<Calendar> {
  const dates = [...new Set(clockOf(where).map(({ date }) => date))];
  const day = fc.option(shifts, { nil: [], freq: 4 });
  return fc
    .record({
      hours: fc.record({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }),
      special: fc.subarray(dates, { maxLength: 4 }),
      own: fc.array(fc.option(shifts, { freq: 1 }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ hours, special, own }) => ({
      timezone: where.timezone,
      hours,
      holidays: special.filter((_, i) => own[i] === null),
      days: Object.fromEntries(special.flatMap((date, i) => (own[i] ? [[date, own[i]]] : []))),
    }));
}

/** A minute of the stretch, dense around its middle, where the clock changes, so that instants collide. */
export const minuteIn = fc.oneof(
  fc.integer({ min: 0, max: stretchMinutes - 1 }),
  fc.integer({ min: 4 * 24, max: 6 * 24 }).map((hour) => hour * 60),
);

const statuses = ['new', 'open', 'pending', 'pending', 'on-hold', 'resolved', 'closed', 'cancelled', 'unmapped', null];
const priority = fc.constantFrom('critical', 'critical', 'critical', 'high', 'high', 'low', null);

export function historyIn({ origin }: Stretch): fc.Arbitrary<TicketHistory> {
  const when = minuteIn.map((minutes) => origin + minutes * minute);
  const reply = fc.record({
    kind: fc.constantFrom('public_reply', 'customer_reply'),
    at: when,
    automatic: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  });
  const event: fc.Arbitrary<TicketEvent> = fc.oneof(
    fc.record({ kind: fc.constant('status'), at: when, new: fc.constantFrom(...statuses) }),
    fc.record({ kind: fc.constant('priority'), at: when, new: priority }),
    { weight: 3, arbitrary: reply },
    fc.record({ kind: fc.constantFrom('resolved', 'closed', 'reopened', 'reopened', 'internal_note'), at: when }),
  );
  const created = fc.record({
    kind: fc.constant('created'),
    at: fc.integer({ min: 0, max: 5 * 24 }).map((hour) => origin + hour * 60 * minute),
    priority,
    status: fc.constantFrom('new', 'open', 'pending', null),
  });
  const mostly = fc.integer({ min: 0, max: 9 }).map((n) => n > 0);
  return fc.record({
    account: fc.constant(null),
    events: fc.tuple(created, fc.array(event, { maxLength: 14 })).map(([first, rest]) => orderEvents([first, ...rest])),
    delivered: fc.record({ replies: mostly, customerReplies: mostly, resolutions: mostly }),
  });
}

const target = fc.option(
  fc
    .oneof(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 48 }).map((hour) => hour * 60),
    )
    .map((n) => n * 60),
  { nil: undefined, freq: 6 },
);
const targets = fc
  .record({ critical: target, high: target, low: target })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, seconds]) => seconds !== undefined)));
const pausing = fc.subarray(['pending', 'on-hold', 'new']);

/** One to three versions, ascending; the first may come after the ticket. */
export function versionsIn(where: Stretch): fc.Arbitrary<PolicyVersion[]> {
  const from = fc.oneof(
    { weight: 3, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) },
    { weight: 2, arbitrary: minuteIn.map((minutes) => where.origin + minutes * minute) },
  );
  const version = fc.record({
    validFrom: from,
    calendar: calendarIn(where),
    targets: fc.record({ firstResponse: targets, nextResponse: targets, resolution: targets }),
    pausing: fc.record({ firstResponse: pausing, nextResponse: pausing, resolution: pausing }),
  });
  return fc
    .uniqueArray(version, { minLength: 1, maxLength: 3, selector: ({ validFrom }) => validFrom })
    .map((versions) => versions.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1)));
}
