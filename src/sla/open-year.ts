import type { CheckedCalendar } from './calendar.ts';
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
  const stretches = offsetsAround(year, calendar.timezone);
  let midnight = asUtc(firstOf(year));
  for (let date = firstOf(year); date.year === year; date = date.add({ days: 1 })) {
    for (const { from, to } of calendar.dates.get(date.toString()) ?? calendar.week[date.dayOfWeek - 1]!)
      add(starts, ends, [reaches(midnight + from * minute, stretches), reaches(midnight + to * minute, stretches)]);
    midnight += minutesPerDay * minute;
  }
  const before = new Float64Array(starts.length + 1);
  for (let i = 0; i < starts.length; i++) before[i + 1] = before[i]! + ends[i]! - starts[i]!;
  return { starts: Float64Array.from(starts), ends: Float64Array.from(ends), before, total: before[starts.length]! };
}

/** The first instant of a local year, epoch milliseconds. */
export function yearStart(year: number, timezone: string): number {
  return reaches(asUtc(firstOf(year)), offsetsAround(year, timezone));
}

const minute = 60_000;

function firstOf(year: number): Temporal.PlainDate {
  return Temporal.PlainDate.from({ year, month: 1, day: 1 });
}

/** Midnight of a date as if its clock were that of UTC, epoch milliseconds: how wall times are counted here. */
function asUtc(date: Temporal.PlainDate): number {
  return date.toZonedDateTime('UTC').epochMilliseconds;
}

/** Between two changes of the clocks: until `end` (epoch milliseconds) they show the instant plus `offset` milliseconds. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** All stretches that a local year has a part in. Asked once a year, so that its shifts are plain sums. */
function offsetsAround(year: number, timezone: string): Stretch[] {
  // No zone is further than a day from UTC.
  const last = asUtc(firstOf(year + 1).add({ days: 2 }));
  let from = firstOf(year).subtract({ days: 2 }).toZonedDateTime('UTC').withTimeZone(timezone);
  const stretches: Stretch[] = [];
  let start = Number.NEGATIVE_INFINITY;
  for (;;) {
    const next = from.getTimeZoneTransition('next');
    const end = next && next.epochMilliseconds < last ? next.epochMilliseconds : Number.POSITIVE_INFINITY;
    stretches.push({ start, end, offset: from.offsetNanoseconds / 1e6 });
    if (!next || end === Number.POSITIVE_INFINITY) return stretches;
    from = next;
    start = end;
  }
}

/**
 * The first instant at which a zone's clock has reached a wall time: the first of two where clocks go back, the moment
 * of the change where they skip it. It never decreases with the wall time, so that a shift is one stretch or, where all of it is
 * skipped, empty.
 */
function reaches(wall: number, stretches: readonly Stretch[]): number {
  for (const { start, end, offset } of stretches) {
    const instant = Math.max(start, wall - offset);
    if (instant < end) return instant;
  }
  throw new RangeError(`no stretch of the clock reaches ${wall}`);
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
