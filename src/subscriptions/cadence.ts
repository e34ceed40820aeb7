import { addDays } from '../domain/period.ts';

/** How often; `day` is the ISO weekday, or the day of the month, which is the last one where a month is shorter. */
export type Cadence =
  | { kind: 'daily' }
  | { kind: 'weekdays' }
  | { kind: 'weekly'; day: number }
  | { kind: 'monthly'; day: number };

/** When a subscription is due: a wall-clock time in a zone, on the days of its cadence. */
export interface Schedule {
  cadence: Cadence;
  /** `HH:MM` on a clock on the wall there. */
  at: string;
  /** IANA zone. */
  timezone: string;
  /** Whether nothing is sent on this local date. */
  isHoliday?: (date: string) => boolean;
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

/** A weekly or monthly slot waits at most so long for a day that is no holiday; else it is left out. */
const longestMoveDays = 6;

/**
 * The slots with `after` < at <= `until`, in order. On a holiday a daily slot is left out; a weekly or monthly one moves
 * to the next day that is none, as it would else be missing for so long.
 */
export function slotsBetween(schedule: Schedule, after: Temporal.Instant, until: Temporal.Instant): Slot[] {
  const { timezone } = schedule;
  const dateOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(timezone).toPlainDate().toString();
  const slots: Slot[] = [];
  for (let date = addDays(dateOf(after), -1); date <= addDays(dateOf(until), 1); date = addDays(date, 1)) {
    const slot = slotOn(schedule, date);
    if (slot && Temporal.Instant.compare(slot.at, after) > 0 && Temporal.Instant.compare(slot.at, until) <= 0)
      slots.push(slot);
  }
  return slots;
}

/** The first slot after an instant; undefined when there is none within four years. */
export function slotAfter(schedule: Schedule, after: Temporal.Instant): Slot | undefined {
  const from = after.toZonedDateTimeISO(schedule.timezone).toPlainDate().toString();
  for (let days = -1; days <= 4 * 366; days++) {
    const slot = slotOn(schedule, addDays(from, days));
    if (slot && Temporal.Instant.compare(slot.at, after) > 0) return slot;
  }
  return undefined;
}

/** The date of the slot before the one of `date`: what a digest tells reaches from there to the day before its own. */
export function dateBefore(schedule: Schedule, date: string): string {
  for (let days = 1; days <= 2 * 366; days++) {
    const candidate = addDays(date, -days);
    if (slotOn(schedule, candidate)) return candidate;
  }
  return addDays(date, -1);
}

/** The slot of a local date, if there is one. */
export function slotOn(schedule: Schedule, date: string): Slot | undefined {
  const { cadence, isHoliday = () => false } = schedule;
  if (isHoliday(date)) return undefined;
  if (isOn(cadence, date)) return { date, ...instantOf(date, schedule) };
  if (cadence.kind !== 'weekly' && cadence.kind !== 'monthly') return undefined;
  // A holiday before may have moved one here, if every day between was one too.
  for (let days = 1; days <= longestMoveDays; days++) {
    const earlier = addDays(date, -days);
    if (!isHoliday(earlier)) return undefined;
    if (isOn(cadence, earlier)) return { date, ...instantOf(date, schedule), movedFrom: earlier };
  }
  return undefined;
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

function instantOf(date: string, { at, timezone }: Schedule): Pick<Slot, 'at' | 'clocks'> {
  const wall = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(at));
  const first = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timezone, { disambiguation: 'later' });
  const isThere = first.toPlainDateTime().equals(wall);
  if (first.equals(later)) return { at: first.toInstant(), clocks: 'usual' };
  // In a gap the later reading is the wall time moved forward by the gap; of two the first is the one people expect.
  return isThere ? { at: first.toInstant(), clocks: 'repeated' } : { at: later.toInstant(), clocks: 'skipped' };
}
