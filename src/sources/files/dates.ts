import { readEpoch } from './date-epoch.ts';
import { readIso } from './date-iso.ts';
import { emptyParts, type Parts, resetParts, type Step } from './date-parts.ts';
import { compilePattern } from './date-pattern.ts';

/** A moment read from a file. */
export interface Moment {
  /** As PostgreSQL reads it, with its offset. */
  text: string;
  /** Date and time as they were written, or as they are in the file's zone: its first ten letters are the local date. */
  wall: string;
  /** Microseconds since 1970; exact for the years 1685 to 2255. */
  micros: number;
}

/** Reads a date as the mapping writes them; a string is the reason why it cannot. */
export type ReadMoment = (text: string) => Moment | string;

const named: Readonly<Record<string, Step>> = { iso: readIso, unix: readEpoch(1), 'unix-ms': readEpoch(1000) };

/**
 * Compiles date patterns (LDML letters, or `iso`, `unix`, `unix-ms`), tried in order. A text without an offset is wall time of `timezone`;
 * one that a clock change skips or repeats is resolved as Temporal's `compatible` does: after the gap, or the first of
 * the two. Throws PatternError for a pattern there is no reading of.
 */
export function compileDates(patterns: readonly string[], timezone: string): ReadMoment {
  const steps = patterns.map((pattern) => named[pattern] ?? compilePattern(pattern));
  const utc = /^(UTC|GMT|Z|Etc\/(UTC|GMT|Zulu|UCT))$/i.test(timezone);
  const parts = emptyParts();
  return (text) => {
    for (const step of steps) {
      resetParts(parts);
      if (step(text, 0, parts) !== text.length) continue;
      if (parts.halfDay >= 0) {
        if (parts.hour < 1 || parts.hour > 12) return 'is not a time of day';
        parts.hour = (parts.hour % 12) + parts.halfDay;
      }
      if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return 'is not a time of day';
      if (parts.year < 1 || parts.month < 1 || parts.month > 12) return 'is not a date of the calendar';
      if (parts.day < 1 || parts.day > daysIn(parts.year, parts.month)) return 'is not a date of the calendar';
      return momentOf(parts, utc ? undefined : timezone);
    }
    return `is not a date as ${patterns.join(' or ')}`;
  };
}

function momentOf(parts: Parts, timezone: string | undefined): Moment {
  const wall = `${pad(parts.year, 4)}-${pad(parts.month)}-${pad(parts.day)}T${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}${
    parts.micro === 0 ? '' : `.${pad(parts.micro, 6)}`
  }`;
  if (timezone === undefined || !Number.isNaN(parts.offset)) {
    const offset = parts.offset || 0;
    return { text: wall + offsetText(offset), wall, micros: wallMicros(parts) - offset * 1e6 };
  }
  const instant = Temporal.PlainDateTime.from(wall)
    .toZonedDateTime(timezone, { disambiguation: 'compatible' })
    .toInstant();
  return { text: instant.toString(), wall, micros: instant.epochMilliseconds * 1000 + (parts.micro % 1000) };
}

function offsetText(seconds: number): string {
  if (seconds === 0) return 'Z';
  const minutes = Math.abs(seconds) / 60;
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** Microseconds of a proleptic Gregorian wall time since 1970; days by counting years from 1 March. */
function wallMicros(parts: Parts): number {
  const year = parts.month > 2 ? parts.year : parts.year - 1;
  const dayOfYear = Math.floor((153 * (parts.month + (parts.month > 2 ? -3 : 9)) + 2) / 5) + parts.day - 1;
  const days =
    365 * year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + dayOfYear - 719_468;
  return ((days * 24 + parts.hour) * 3600 + parts.minute * 60 + parts.second) * 1e6 + parts.micro;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const twoDigitTexts = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

function pad(value: number, width = 2): string {
  return width === 2 ? twoDigitTexts[value]! : String(value).padStart(width, '0');
}
