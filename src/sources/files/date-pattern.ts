import { digitAt, numberStep, offsetStep, type Parts, type Slot, type Step } from './date-parts.ts';

const monthNames = 'January February March April May June July August September October November December'.split(' ');

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
