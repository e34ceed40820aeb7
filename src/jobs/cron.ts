import { usageError } from '../lib/errors.ts';

/** When something is due: the minutes of wall time that match. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Of the month. */
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** ISO: 1 = Monday, 7 = Sunday. */
  readonly weekdays: ReadonlySet<number>;
}

/** One time at which a schedule is due. */
export interface Slot {
  /** Local wall time, `2026-03-08T03:00`: what the slot is known by, once per wall time. */
  readonly key: string;
  readonly at: Temporal.Instant;
}

const fields = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of week', from: 0, to: 7 },
] as const;

/**
 * Reads `minute hour day-of-month month day-of-week`, each `*`, a number, a range, a list, with steps (`0-30/10`). Sunday
 * is 0 or 7. Throws a usage error for anything else, and where both days are restricted: cron dialects disagree on it.
 */
export function parseCron(expression: string): Cron {
  const words = expression.trim().split(/\s+/);
  if (words.length !== fields.length)
    throw wrong(
      expression,
      'it has not five fields',
      'Give minute, hour, day of month, month, day of week: 30 2 * * *',
    );
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    numbersOf(words[index] ?? '', field, expression),
  ) as [number[], number[], number[], number[], number[]];
  if (words[2] !== '*' && words[4] !== '*')
    throw wrong(
      expression,
      'it restricts the day of month and the day of week',
      'Cron dialects disagree on whether both or either has to match: restrict one of them.',
    );
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((day) => (day === 0 ? 7 : day))),
  };
}

function numbersOf(word: string, field: (typeof fields)[number], expression: string): number[] {
  const found = new Set<number>();
  for (const part of word.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    const [, first, last, step] = match ?? [];
    const from = first === undefined ? field.from : Number(first);
    // `5/10` means from 5 on, as everywhere.
    const open = first === undefined || (step !== undefined && last === undefined);
    const to = open ? field.to : Number(last ?? first);
    if (!match || from < field.from || to > field.to || from > to || step === '0' || step === '00')
      throw wrong(expression, `"${part}" is no ${field.name}`, `It goes from ${field.from} to ${field.to}.`);
    for (let value = from; value <= to; value += Number(step ?? 1)) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function wrong(expression: string, why: string, remedy: string) {
  return usageError('CRON_INVALID', `"${expression}" is no schedule: ${why}`, remedy);
}

/**
 * Slots later than `after`, in order, for as long as is asked (nine years at most: a leap day comes by in any). Each wall
 * time is a slot once: in a doubled hour at its first occurrence. Wall times that a change of clocks leaves out are due
 * together at the first minute after the gap, and are then one slot with that minute's.
 */
export function* slotsAfter(cron: Cron, zone: string, after: Temporal.Instant): Generator<Slot> {
  const start = after.toZonedDateTimeISO(zone).toPlainDateTime();
  // Wall times before that of `after` are due before it, or with the gap's end at which it stands.
  const firstTime = start.hour * 60 + start.minute;
  let date = start.toPlainDate();
  let last = after;
  for (let day = 0; day < 9 * 366; day++, date = date.add({ days: 1 })) {
    if (!cron.months.has(date.month) || !cron.days.has(date.day) || !cron.weekdays.has(date.dayOfWeek)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        if (day === 0 && hour * 60 + minute < firstTime) continue;
        const due = firstOccurrence(date.toPlainDateTime({ hour, minute }), zone);
        if (Temporal.Instant.compare(due.toInstant(), last) <= 0) continue;
        last = due.toInstant();
        yield { key: due.toPlainDateTime().toString({ smallestUnit: 'minute' }), at: last };
      }
    }
  }
}

/** Slots in (after, until], in order. */
export function slotsBetween(cron: Cron, zone: string, after: Temporal.Instant, until: Temporal.Instant): Slot[] {
  const slots: Slot[] = [];
  for (const slot of slotsAfter(cron, zone, after)) {
    if (Temporal.Instant.compare(slot.at, until) > 0) break;
    slots.push(slot);
  }
  return slots;
}

function firstOccurrence(wall: Temporal.PlainDateTime, zone: string): Temporal.ZonedDateTime {
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier;
  // In a gap `earlier` is as far before it as the gap is long, so the next transition is the gap.
  return earlier.getTimeZoneTransition('next') ?? earlier;
}
