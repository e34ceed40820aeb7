import { type Calendar, checkCalendar, minutesPerDay } from './calendar.ts';
import { expandYear, type OpenYear, yearStart } from './open-year.ts';

/** A calendar made fast: instants are epoch milliseconds, durations milliseconds, all of them whole. */
export interface OpenTime {
  /** Open time between two instants; 0 when `to` is not after `from`. */
  elapsed(from: number, to: number): number;
  /**
   * The first instant at which `duration` of open time has elapsed since `from`: the inverse of `elapsed`. When that is
   * the end of a shift, it is that end and not the beginning of the next one. Null when it never comes: the calendar has
   * no hours, or not as many in the next hundred years. Throws a RangeError for a duration below 0.
   */
  after(from: number, duration: number): number | null;
  /** The instants after `from` and before `to` at which it closes, ascending. */
  closings(from: number, to: number): number[];
}

/** Years that `after` looks ahead. */
const horizonYears = 100;
/** Mean Gregorian year, to guess the year of an instant. */
const yearMs = 31_556_952_000;

/**
 * A calendar's open time. Years are expanded when first asked for and kept; within a year both questions are a binary
 * search over prefix sums, and whole years between count as their totals. Throws a usage error for a wrong calendar.
 */
export function openTime(calendar: Calendar): OpenTime {
  const checked = checkCalendar(calendar);
  const isOpenAllDay = ([shift]: readonly { from: number; to: number }[]) =>
    shift?.from === 0 && shift.to === minutesPerDay;
  if (checked.dates.size === 0 && checked.week.every(isOpenAllDay)) return alwaysOpen;
  const neverOpen = [...checked.week, ...checked.dates.values()].every((shifts) => shifts.length === 0);

  const years = new Map<number, OpenYear>();
  const starts = new Map<number, number>();
  const openYear = (year: number): OpenYear => cached(years, year, () => expandYear(checked, year));
  const startOf = (year: number): number => cached(starts, year, () => yearStart(year, checked.timezone));
  const yearOf = (instant: number): number => {
    let year = 1970 + Math.floor(instant / yearMs);
    while (instant < startOf(year)) year--;
    while (instant >= startOf(year + 1)) year++;
    return year;
  };

  return {
    elapsed(from, to) {
      if (to <= from || neverOpen) return 0;
      const first = yearOf(from);
      const last = yearOf(to);
      let sum = openUntil(openYear(last), to) - openUntil(openYear(first), from);
      for (let year = first; year < last; year++) sum += openYear(year).total;
      return sum;
    },
    after(from, duration) {
      checkDuration(duration);
      if (duration === 0) return from;
      if (neverOpen) return null;
      const first = yearOf(from);
      let left = duration + openUntil(openYear(first), from);
      for (let year = first; year <= first + horizonYears; year++) {
        const open = openYear(year);
        if (left <= open.total) return instantAt(open, left);
        left -= open.total;
      }
      return null;
    },
    closings(from, to) {
      const found: number[] = [];
      if (to <= from || neverOpen) return found;
      const last = yearOf(to);
      for (let year = yearOf(from); year <= last; year++) {
        // Open through the turn of a year, it closes in the next one.
        const next = openYear(year + 1).starts[0];
        for (const end of openYear(year).ends) if (end > from && end < to && end !== next) found.push(end);
      }
      return found;
    },
  };
}

const alwaysOpen: OpenTime = {
  elapsed: (from, to) => Math.max(0, to - from),
  after(from, duration) {
    checkDuration(duration);
    return from + duration;
  },
  closings: () => [],
};

function checkDuration(duration: number): void {
  if (!(duration >= 0)) throw new RangeError(`a duration is 0 or more, not ${duration}`);
}

function cached<T>(cache: Map<number, T>, year: number, make: () => T): T {
  let value = cache.get(year);
  if (value === undefined) {
    value = make();
    cache.set(year, value);
  }
  return value;
}

/** Open time of the year before an instant of it. */
function openUntil({ starts, ends, before }: OpenYear, instant: number): number {
  const index = countUpTo(starts, instant) - 1;
  if (index < 0) return 0;
  return before[index]! + Math.min(instant, ends[index]!) - starts[index]!;
}

/** The first instant of the year before which `open` (above 0, at most its total) of it has elapsed. */
function instantAt({ starts, before }: OpenYear, open: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before[middle + 1]! >= open) high = middle;
    else low = middle + 1;
  }
  return starts[low]! + open - before[low]!;
}

/** How many of the ascending values are at most `limit`. */
function countUpTo(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
