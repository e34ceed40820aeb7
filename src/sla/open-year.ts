import type { CheckedCalendar, ShiftMinutes } from './calendar.ts';
import { minutesPerDay } from './calendar.ts';

/**
 * The open intervals of one local year as UTC epoch milliseconds, ascending and disjoint: `starts[i]` to `ends[i]`.
 * `before[i]` is the open time of the year before interval i, and its last entry the year's total.
 */
export interface OpenYear {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly before: Float64Array;
  readonly total: number;
}

/** Expands a calendar's year. Zones, clock changes and days without midnight are settled here and nowhere else. */
export function expandYear(calendar: CheckedCalendar, year: number): OpenYear {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let date = firstOf(year); date.year === year; date = date.add({ days: 1 })) {
    for (const shift of calendar.dates.get(date.toString()) ?? calendar.week[date.dayOfWeek - 1]!)
      add(starts, ends, instantsOf(date, shift, calendar.timezone));
  }
  const before = new Float64Array(starts.length + 1);
  for (let i = 0; i < starts.length; i++) before[i + 1] = before[i]! + ends[i]! - starts[i]!;
  return { starts: Float64Array.from(starts), ends: Float64Array.from(ends), before, total: before[starts.length]! };
}

/** The first instant of a local year, epoch milliseconds. */
export function yearStart(year: number, timezone: string): number {
  return reaches(firstOf(year).toPlainDateTime(), timezone);
}

function firstOf(year: number): Temporal.PlainDate {
  return Temporal.PlainDate.from({ year, month: 1, day: 1 });
}

function instantsOf(date: Temporal.PlainDate, shift: ShiftMinutes, timezone: string): [number, number] {
  return [reaches(wallTime(date, shift.from), timezone), reaches(wallTime(date, shift.to), timezone)];
}

function wallTime(date: Temporal.PlainDate, minutes: number): Temporal.PlainDateTime {
  if (minutes === minutesPerDay) return date.add({ days: 1 }).toPlainDateTime();
  return date.toPlainDateTime({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
}

/**
 * The first instant at which a zone's clock has reached a wall time: the first of two where clocks go back, the moment
 * of the change where they skip it. It never decreases with the wall time, so that a shift is one stretch or, where all of it is
 * skipped, empty.
 */
function reaches(wall: Temporal.PlainDateTime, timezone: string): number {
  const earlier = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  return earlier.getTimeZoneTransition('next')!.epochMilliseconds;
}

function add(starts: number[], ends: number[], [start, end]: [number, number]): void {
  if (start === end) return;
  // A day that ends at 24:00 and one that begins at 00:00 are one stretch.
  if (ends.at(-1) === start) {
    ends[ends.length - 1] = end;
    return;
  }
  starts.push(start);
  ends.push(end);
}
