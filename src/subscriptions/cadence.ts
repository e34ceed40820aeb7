import type { Cadence } from '../domain/cadence.ts';
import { addDays } from '../domain/period.ts';

export type { Cadence } from '../domain/cadence.ts';

/** When a subscription is due: a wall-clock time in a zone, on the days of its cadence. */
export interface Schedule {
  cadence: Cadence;
  /** `HH:MM` on a clock on the wall there. */
  at: string;
  /** IANA zone. */
  timezone: string;
  /** Whether nothing is sent on this local date. */
  isHoliday?: (date: string) => boolean;
  /** What the holiday of a date is called, where it has a name. */
  holidayName?: (date: string) => string | undefined;
}

export interface Slot {
  /** Local date it is of; also what makes it this slot and no other. */
  date: string;
  at: Temporal.Instant;
  /**
   * What the clocks do at that time: `skipped` where that time does not exist on that date (it is then as much later as
   * the clocks go forward), `repeated` where it exists twice (the first counts).
   */
  clocks: 'usual' | 'skipped' | 'repeated';
  /** The date it would have been on, were that no holiday. */
  movedFrom?: string;
}

/**
 * How long a slot waits for a day that is no holiday, in days; else it is left out. Shorter than the way to the next one,
 * so that no two ever meet.
 */
const longestMoveDays = { daily: 0, weekdays: 0, weekly: 6, monthly: 27 } as const;

/** Clocks and calendars are looked up for so long: the longest way from one slot to the next, and a long rest. */
const horizonDays = 4 * 366;

/**
 * The slots with `after` < at <= `until`, in order. On a holiday a daily slot is left out; a weekly or monthly one moves
 * to the next day that is none, as it would else be missing for so long.
 */
export function slotsBetween(schedule: Schedule, after: Temporal.Instant, until: Temporal.Instant): Slot[] {
  const slots: Slot[] = [];
  const last = addDays(dateIn(schedule, until), 1);
  for (let date = addDays(dateIn(schedule, after), -1); date <= last; date = addDays(date, 1)) {
    const slot = slotOn(schedule, date);
    if (slot && Temporal.Instant.compare(slot.at, after) > 0 && Temporal.Instant.compare(slot.at, until) <= 0)
      slots.push(slot);
  }
  return slots;
}

/** The first slot after an instant; undefined when there is none within four years. */
export function slotAfter(schedule: Schedule, after: Temporal.Instant): Slot | undefined {
  const from = dateIn(schedule, after);
  for (let days = -1; days <= horizonDays; days++) {
    const slot = slotOn(schedule, addDays(from, days));
    if (slot && Temporal.Instant.compare(slot.at, after) > 0) return slot;
  }
  return undefined;
}

/** The date of the slot before the one of `date`: what a digest tells reaches from there to the day before its own. */
export function dateBefore(schedule: Schedule, date: string): string {
  for (let days = 1; days <= horizonDays; days++) {
    const candidate = addDays(date, -days);
    if (slotOn(schedule, candidate)) return candidate;
  }
  return addDays(date, -1);
}

/** The local date of an instant in the zone of the schedule. */
export function dateIn({ timezone }: Pick<Schedule, 'timezone'>, at: Temporal.Instant): string {
  return at.toZonedDateTimeISO(timezone).toPlainDate().toString();
}

/** The slot of a local date, if there is one. */
export function slotOn(schedule: Schedule, date: string): Slot | undefined {
  const { cadence, isHoliday = () => false } = schedule;
  const most = longestMoveDays[cadence.kind];
  if (isOn(cadence, date)) return isHoliday(date) ? undefined : timed(schedule, date);
  // A holiday before may have moved one here, if every day between was one too.
  for (let days = 1; days <= most; days++) {
    const earlier = addDays(date, -days);
    if (!isHoliday(earlier)) return undefined;
    if (isOn(cadence, earlier)) return isHoliday(date) ? undefined : timed(schedule, date, earlier);
  }
  return undefined;
}

/** Whether a holiday takes the slot of this date away without another day to take its place. */
export function isLeftOut(schedule: Schedule, date: string): boolean {
  const { cadence, isHoliday = () => false } = schedule;
  if (!isOn(cadence, date) || !isHoliday(date)) return false;
  for (let days = 1; days <= longestMoveDays[cadence.kind]; days++) if (!isHoliday(addDays(date, days))) return false;
  return true;
}

function isOn(cadence: Cadence, date: string): boolean {
  const plain = Temporal.PlainDate.from(date);
  switch (cadence.kind) {
    case 'daily':
      return true;
    case 'weekdays':
      return plain.dayOfWeek <= 5;
    case 'weekly':
      return plain.dayOfWeek === cadence.day;
    case 'monthly':
      return plain.day === Math.min(cadence.day, plain.daysInMonth);
  }
}

function timed({ at, timezone }: Schedule, date: string, movedFrom?: string): Slot | undefined {
  const day = Temporal.PlainDate.from(date);
  const wall = day.toPlainDateTime(Temporal.PlainTime.from(at));
  const first = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timezone, { disambiguation: 'later' });
  const slot = { date, ...(movedFrom === undefined ? {} : { movedFrom }) };
  if (first.equals(later)) return { ...slot, at: first.toInstant(), clocks: 'usual' };
  // Of two the first is the one people expect.
  if (first.toPlainDateTime().equals(wall)) return { ...slot, at: first.toInstant(), clocks: 'repeated' };
  // A zone that crosses the date line has dates that never were (Samoa, 30 Dec 2011): the next day's slot is another one.
  if (!day.toZonedDateTime(timezone).toPlainDate().equals(day)) return undefined;
  // In a gap the later reading is the wall time moved forward by the gap.
  return { ...slot, at: later.toInstant(), clocks: 'skipped' };
}
