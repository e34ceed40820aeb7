import { looksLikeHours, readShifts, type ShiftConfig } from './opening-hours.ts';
import { isMap, type Problem, shown, unknown } from './settings.ts';

/** A date that is not as its weekday. */
export interface SpecialDay {
  name?: string;
  /** Empty where it is closed. */
  shifts: ShiftConfig[];
}

/** Longer than this is a mistyped year rather than a holiday, in days. */
const longest = 100;

/**
 * Reads holidays by date: `2026-12-25: Christmas`, `2026-12-24..2026-12-31:` (the last day included), a half day as
 * `2026-12-24: 09:00-13:00` or, named too, `{name: Christmas Eve, hours: 09:00-13:00}`.
 */
export function readHolidays(value: unknown, problem: Problem): Record<string, SpecialDay> {
  const days: Record<string, SpecialDay> = {};
  if (!isMap(value)) {
    problem(`${shown(value)} are no holidays; write each as a date with its name, such as 2026-12-25: Christmas`);
    return days;
  }
  for (const [key, said] of Object.entries(value)) {
    const at: Problem = (message, ...path) => problem(message, key, ...path);
    const day = readDay(said, at);
    for (const date of readDates(key, at)) {
      if (days[date]) at(`${date} is said twice; give each date once`);
      days[date] = day;
    }
  }
  return days;
}

function readDay(said: unknown, problem: Problem): SpecialDay {
  if (said === null) return { shifts: [] };
  if (typeof said === 'string')
    return looksLikeHours(said) ? { shifts: readShifts(said, problem) } : { name: said, shifts: [] };
  if (!isMap(said)) {
    problem(`${shown(said)} is neither a name nor hours`);
    return { shifts: [] };
  }
  for (const key of Object.keys(said))
    if (key !== 'name' && key !== 'hours') problem(unknown(key, 'setting here', ['name', 'hours']), key);
  const { name, hours = 'closed' } = said;
  if (name !== undefined && typeof name !== 'string') problem(`${shown(name)} is no name`, 'name');
  return {
    ...(typeof name === 'string' && { name }),
    shifts: readShifts(hours, (message) => problem(message, 'hours')),
  };
}

function readDates(key: string, problem: Problem): string[] {
  const [first, last = first, ...more] = key.split('..').map((text) => dateOf(text.trim()));
  if (!first || !last || more.length > 0) {
    problem(`"${key}" is no date; write 2026-12-25, or 2026-12-24..2026-12-31 for all of them`);
    return [];
  }
  const days = first.until(last, { largestUnit: 'days' }).days;
  if (days < 0) problem(`"${key}" ends before it begins`);
  if (days > longest) problem(`"${key}" are ${days + 1} days; is the year right?`);
  return days > longest ? [] : Array.from({ length: days + 1 }, (_, step) => first.add({ days: step }).toString());
}

function dateOf(text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}
