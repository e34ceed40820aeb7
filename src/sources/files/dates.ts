/** A moment read from a file. */
export interface Moment {
  /** As PostgreSQL reads it, with its offset. */
  text: string;
  /** Microseconds since 1970; exact for the years 1685 to 2255. */
  micros: number;
}

/** Reads a date as the mapping writes them; a string is the reason why it cannot. */
export type ReadMoment = (text: string) => Moment | string;

/** What a pattern finds in a text; reused from value to value, so that reading allocates nothing but its result. */
interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micro: number;
  /** 0 or 12 for a twelve-hour clock; -1 for none. */
  halfDay: number;
  /** Seconds east of UTC; NaN where the text does not say. */
  offset: number;
}

/** Reads on from `at`; returns where it stopped, or -1. */
type Step = (text: string, at: number, parts: Parts) => number;
type Slot = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

const monthNames = 'January February March April May June July August September October November December'.split(' ');

/**
 * Compiles date patterns (LDML letters, or `iso`), tried in order. A text without an offset is wall time of `timezone`;
 * one that a clock change skips or repeats is resolved as Temporal's `compatible` does: after the gap, or the first of
 * the two. Throws PatternError for a pattern there is no reading of.
 */
export function compileDates(patterns: readonly string[], timezone: string): ReadMoment {
  const steps = patterns.map((pattern) => (pattern === 'iso' ? readIso : compilePattern(pattern)));
  const utc = /^(UTC|GMT|Z|Etc\/(UTC|GMT|Zulu|UCT))$/i.test(timezone);
  const parts = emptyParts();
  return (text) => {
    for (const step of steps) {
      reset(parts);
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

export class PatternError extends Error {}

/** One step per letter group or literal, as in `d/M/yyyy HH:mm`. */
export function compilePattern(pattern: string): Step {
  const steps: Step[] = [];
  const seen = new Set<string>();
  let variableWidth = false;
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at]!;
    if (char === "'") {
      const { literal, end } = quoted(pattern, at);
      steps.push(literalStep(literal));
      variableWidth = false;
      at = end;
    } else if (/[A-Za-z]/.test(char)) {
      let end = at;
      while (pattern[end] === char) end++;
      const letter = letterStep(char, end - at);
      if (seen.has(letter.what)) throw new PatternError(`names the ${letter.what} twice`);
      if (letter.numeric && variableWidth) {
        throw new PatternError(
          `"${char}" follows a number of unknown width: double the letters (dd, MM) or put a character between`,
        );
      }
      variableWidth = letter.variableWidth;
      seen.add(letter.what);
      steps.push(letter.step);
      at = end;
    } else {
      steps.push(literalStep(char));
      variableWidth = false;
      at++;
    }
  }
  for (const what of ['year', 'month', 'day']) if (!seen.has(what)) throw new PatternError(`has no ${what}`);
  if (seen.has('hour of half a day') !== seen.has('half of the day'))
    throw new PatternError('h (1-12) and a (am, pm) need each other; H is 0-23');
  if (seen.has('hour of half a day') && seen.has('hour')) throw new PatternError('has both h and H');
  return (text, start, parts) => {
    let at = start;
    for (const step of steps) {
      at = step(text, at, parts);
      if (at < 0) return -1;
    }
    return at;
  };
}

interface LetterStep {
  what: string;
  numeric: boolean;
  variableWidth: boolean;
  step: Step;
}

function letterStep(letter: string, count: number): LetterStep {
  const number = (slot: Slot, what: string = slot): LetterStep => ({
    what,
    numeric: true,
    variableWidth: count === 1,
    step: numberStep(slot, count === 1 ? 1 : 2, 2),
  });
  const other = (what: string, step: Step): LetterStep => ({ what, numeric: false, variableWidth: false, step });
  switch (true) {
    case (letter === 'y' || letter === 'u') && count === 2:
      return { what: 'year', numeric: true, variableWidth: false, step: shortYear };
    case (letter === 'y' || letter === 'u') && (count === 1 || count === 4):
      return { what: 'year', numeric: true, variableWidth: false, step: numberStep('year', 4, 4) };
    case letter === 'M' && count === 3:
      return other('month', nameStep(monthNames.map((name) => name.slice(0, 3))));
    case letter === 'M' && count === 4:
      return other('month', nameStep(monthNames));
    case letter === 'M' && count <= 2:
      return number('month');
    case letter === 'd' && count <= 2:
      return number('day');
    case letter === 'H' && count <= 2:
      return number('hour');
    case letter === 'h' && count <= 2:
      return number('hour', 'hour of half a day');
    case letter === 'm' && count <= 2:
      return number('minute');
    case letter === 's' && count <= 2:
      return number('second');
    case letter === 'S' && count <= 9:
      return { what: 'fraction of a second', numeric: true, variableWidth: false, step: fractionStep(count) };
    case letter === 'a' && count <= 3:
      return other('half of the day', halfDayStep);
    case letter === 'X' && count <= 3:
      return other('offset', offsetStep({ colon: count === 3, minutes: count > 1, zulu: true }));
    case letter === 'x' && count <= 3:
      return other('offset', offsetStep({ colon: count === 3, minutes: count > 1, zulu: false }));
    case letter === 'Z' && count <= 3:
      return other('offset', offsetStep({ colon: false, minutes: true, zulu: false }));
    case letter === 'Z' && count === 5:
      return other('offset', offsetStep({ colon: true, minutes: true, zulu: true }));
    default:
      throw new PatternError(
        `"${letter.repeat(count)}" is not a letter Crema reads: use y M d H h m s S a X x Z, and quote other words with '`,
      );
  }
}

function quoted(pattern: string, start: number): { literal: string; end: number } {
  if (pattern[start + 1] === "'") return { literal: "'", end: start + 2 };
  let literal = '';
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") literal += pattern[at];
    else if (pattern[at + 1] === "'") {
      literal += "'";
      at++;
    } else return { literal, end: at + 1 };
  }
  throw new PatternError("has a ' that is not closed");
}

function literalStep(literal: string): Step {
  return (text, at) => (text.startsWith(literal, at) ? at + literal.length : -1);
}

function numberStep(slot: Slot, least: number, most: number): Step {
  return (text, at, parts) => {
    let value = 0;
    let end = at;
    for (; end < at + most; end++) {
      const digit = digitAt(text, end);
      if (digit < 0) break;
      value = value * 10 + digit;
    }
    if (end - at < least) return -1;
    parts[slot] = value;
    return end;
  };
}

/** Two digits of a year: 70 to 99 are of the last century. */
function shortYear(text: string, at: number, parts: Parts): number {
  const end = twoDigitYear(text, at, parts);
  if (end >= 0) parts.year += parts.year < 70 ? 2000 : 1900;
  return end;
}
const twoDigitYear = numberStep('year', 2, 2);

function fractionStep(count: number): Step {
  return (text, at, parts) => {
    for (let index = 0; index < count; index++) {
      const digit = digitAt(text, at + index);
      if (digit < 0) return -1;
      if (index < 6) parts.micro += digit * 10 ** (5 - index);
    }
    return at + count;
  };
}

function nameStep(names: readonly string[]): Step {
  const folded = names.map((name) => name.toLowerCase());
  const longest = Math.max(...names.map((name) => name.length));
  return (text, at, parts) => {
    const here = text.slice(at, at + longest).toLowerCase();
    const index = folded.findIndex((name) => here.startsWith(name));
    if (index < 0) return -1;
    parts.month = index + 1;
    return at + folded[index]!.length;
  };
}

function halfDayStep(text: string, at: number, parts: Parts): number {
  const here = text.slice(at, at + 2).toLowerCase();
  if (here !== 'am' && here !== 'pm') return -1;
  parts.halfDay = here === 'am' ? 0 : 12;
  return at + 2;
}

function offsetStep(form: { colon: boolean; minutes: boolean; zulu: boolean }): Step {
  return (text, at, parts) => {
    if (form.zulu && text[at] === 'Z') {
      parts.offset = 0;
      return at + 1;
    }
    const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0;
    const hours = twoDigits(text, at + 1);
    if (sign === 0 || hours < 0 || hours > 18) return -1;
    let end = at + 3;
    let minutes = 0;
    // X and x alone stand for hours with optional minutes.
    if (form.minutes || digitAt(text, end) >= 0) {
      if (form.colon && text[end++] !== ':') return -1;
      minutes = twoDigits(text, end);
      if (minutes < 0 || minutes > 59) return -1;
      end += 2;
    }
    parts.offset = sign * (hours * 3600 + minutes * 60);
    return end;
  };
}

const colonOffset = offsetStep({ colon: true, minutes: true, zulu: true });
const shortOffset = offsetStep({ colon: false, minutes: false, zulu: true });
const yearStep = numberStep('year', 4, 4);
const isoSteps = (['month', 'day', 'hour', 'minute', 'second'] as const).map((slot) => numberStep(slot, 2, 2));

/** `2026-03-01`, `2026-03-01T08:30`, with seconds, a fraction and an offset or Z; a space may stand for the T. */
function readIso(text: string, start: number, parts: Parts): number {
  const [month, day, hour, minute, second] = isoSteps as [Step, Step, Step, Step, Step];
  let at = yearStep(text, start, parts);
  if (at < 0 || text[at] !== '-') return -1;
  at = month(text, at + 1, parts);
  if (at < 0 || text[at] !== '-') return -1;
  at = day(text, at + 1, parts);
  if (at < 0 || at === text.length) return at;
  if (text[at] !== 'T' && text[at] !== ' ' && text[at] !== 't') return -1;
  at = hour(text, at + 1, parts);
  if (at < 0 || text[at] !== ':') return -1;
  at = minute(text, at + 1, parts);
  if (at < 0) return -1;
  if (text[at] === ':') {
    at = second(text, at + 1, parts);
    if (at < 0) return -1;
    if (text[at] === '.' || text[at] === ',') {
      const first = at + 1;
      for (at = first; digitAt(text, at) >= 0; at++) {
        if (at - first < 6) parts.micro += digitAt(text, at) * 10 ** (5 - (at - first));
      }
      if (at === first) return -1;
    }
  }
  if (at === text.length) return at;
  const end = colonOffset(text, at, parts);
  return end < 0 ? shortOffset(text, at, parts) : end;
}

function momentOf(parts: Parts, timezone: string | undefined): Moment {
  const wall = `${pad(parts.year, 4)}-${pad(parts.month)}-${pad(parts.day)}T${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}${
    parts.micro === 0 ? '' : `.${pad(parts.micro, 6)}`
  }`;
  if (timezone === undefined || !Number.isNaN(parts.offset)) {
    const offset = parts.offset || 0;
    return { text: wall + offsetText(offset), micros: wallMicros(parts) - offset * 1e6 };
  }
  const instant = Temporal.PlainDateTime.from(wall)
    .toZonedDateTime(timezone, { disambiguation: 'compatible' })
    .toInstant();
  return { text: instant.toString(), micros: instant.epochMilliseconds * 1000 + (parts.micro % 1000) };
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

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

function twoDigits(text: string, at: number): number {
  const tens = digitAt(text, at);
  const ones = digitAt(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

const twoDigitTexts = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

function pad(value: number, width = 2): string {
  return width === 2 ? twoDigitTexts[value]! : String(value).padStart(width, '0');
}

function emptyParts(): Parts {
  return { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micro: 0, halfDay: -1, offset: Number.NaN };
}

function reset(parts: Parts): void {
  parts.year = parts.month = parts.day = parts.hour = parts.minute = parts.second = parts.micro = 0;
  parts.halfDay = -1;
  parts.offset = Number.NaN;
}
