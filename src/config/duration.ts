import { type Problem, shown } from './settings.ts';

const units = { d: 86_400, h: 3600, min: 60, s: 1 } as const;
type UnitName = keyof typeof units;
const words: Readonly<Record<string, UnitName>> = {
  ...{ d: 'd', day: 'd', days: 'd', h: 'h', hour: 'h', hours: 'h' },
  ...{ min: 'min', minute: 'min', minutes: 'min', s: 's', sec: 's', second: 's', seconds: 's' },
};
const example = 'write 30 min, 4 h, 1 h 30 min or 2 d';

/**
 * Reads `30 min`, `4 h`, `1 h 30 min` or `2 d` as seconds; a day is 24 hours. What could mean two things (a number alone,
 * `m`, `1:30`) is refused rather than guessed. Undefined where a problem was told.
 */
export function readDuration(value: unknown, problem: Problem): number | undefined {
  if (typeof value === 'number') return void problem(`${value} of what? ${example}`);
  if (typeof value !== 'string') return void problem(`${shown(value)} is no duration; ${example}`);
  const text = value.trim();
  if (/^[-−]/.test(text)) return void problem(`"${text}" is not longer than nothing`);
  if (!/^(\d+\s*[a-z]+\s*)+$/i.test(text)) return void problem(`"${text}" is no duration; ${example}`);
  let seconds = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, count, word] of text.matchAll(/(\d+)\s*([a-z]+)/gi)) {
    const unit = words[word!.toLowerCase()];
    if (!unit)
      return void problem(
        `"${text}" is no duration: ${oddUnits[word!.toLowerCase()] ?? `no unit "${word}"`}; ${example}`,
      );
    if (units[unit] >= last) return void problem(`"${text}" is no duration: larger units first, each once; ${example}`);
    last = units[unit];
    seconds += Number(count) * units[unit];
  }
  if (seconds === 0) return void problem(`"${text}" is not longer than nothing`);
  return seconds;
}

const oddUnits: Readonly<Record<string, string>> = {
  m: 'm is minutes to some and months to others',
  w: 'a week is 168 h around the clock and some 40 h of work',
  week: 'a week is 168 h around the clock and some 40 h of work',
  weeks: 'a week is 168 h around the clock and some 40 h of work',
};
