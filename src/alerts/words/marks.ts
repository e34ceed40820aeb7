import { readDuration } from '../../config/duration.ts';
import type { Unit } from '../../domain/kpi-result.ts';

/** What a mark is of: the KPI's unit, its highest score, and the currency its money is in. */
export interface MarkUnit {
  unit: Unit;
  outOf?: number;
  currency: string;
}

/** A value in the KPI's unit (a ratio from 0 to 1, a duration in seconds), or what is wrong and what could be meant. */
export type ReadMark = { value: number } | { said: string; choices: readonly string[] };

const secondsPer = { duration: 1, hours: 3600, days: 86_400 } as const;
const symbols: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY' };
const currencies = new Set(Intl.supportedValuesOf('currency'));

/** Longest value in words: `1 h 30 min`. */
const mostWords = 4;

type Written =
  | { kind: 'number'; value: number }
  | { kind: 'percent'; value: number }
  | { kind: 'seconds'; value: number }
  | { kind: 'score'; value: number; outOf: number }
  | { kind: 'points'; value: number }
  | { kind: 'money'; value: number; currency: string };

/** The words at the head that are a value of any unit, as many as belong to it; undefined where there is none. */
export function takeMark(words: readonly string[]): { text: string; used: number } | undefined {
  return longest(words, (text) => readWritten(text) !== undefined);
}

/** The same for a stretch of time; seconds. */
export function takeStretch(words: readonly string[]): { seconds: number; used: number } | undefined {
  const taken = longest(words, (text) => readDuration(text, ignored) !== undefined);
  return taken && { seconds: readDuration(taken.text, ignored)!, used: taken.used };
}

function ignored(): void {}

function longest(
  words: readonly string[],
  fits: (text: string) => boolean,
): { text: string; used: number } | undefined {
  for (let used = Math.min(mostWords, words.length); used > 0; used--) {
    const text = words.slice(0, used).join(' ');
    if (fits(text)) return { text, used };
  }
  return undefined;
}

/** Reads a value as one of this unit. What could mean two things is not guessed. */
export function readMarkAs(text: string, of: MarkUnit): ReadMark {
  const written = readWritten(text);
  const { unit, outOf, currency } = of;
  const wrong = { said: `“${text}” is no ${nameOf(unit, currency)}.`, choices: offeredMarks(of) };
  if (!written) return wrong;
  const { kind, value } = written;
  switch (unit) {
    case 'ratio':
      if (kind === 'percent') return { value: exact(value / 100) };
      if (kind !== 'number' || value < 0) return wrong;
      if (value > 1 || value === 0) return { value: exact(value / 100) };
      return {
        said: `Is “${text}” ${exact(value * 100)} % or ${value} %?`,
        choices: [`${exact(value * 100)}%`, `${value}%`],
      };
    case 'duration':
    case 'hours':
    case 'days':
      if (kind === 'seconds') return { value: value / secondsPer[unit] };
      if (kind !== 'number' || value <= 0 || !Number.isInteger(value)) return wrong;
      return {
        said: `${value} of what?`,
        choices: [`${value}min`, `${value}h`, `${value}d`],
      };
    case 'count':
      return kind === 'number' ? { value } : wrong;
    case 'score':
      return kind === 'number' || (kind === 'score' && written.outOf === outOf) ? { value } : wrong;
    case 'points':
      return kind === 'number' || kind === 'points' ? { value } : wrong;
    case 'money':
      if (kind === 'number') return { value };
      if (kind !== 'money') return wrong;
      if (written.currency === currency) return { value };
      return { said: `These amounts are in ${currency}, not in ${written.currency}.`, choices: [`${value}`] };
  }
}

/** A value of the unit in one word that `readMarkAs` reads as the same. */
export function markWord(value: number, { unit }: Pick<MarkUnit, 'unit'>): string {
  if (unit === 'ratio') return `${exact(value * 100)}%`;
  if (unit === 'duration' || unit === 'hours' || unit === 'days')
    return stretchWord(Math.round(value * secondsPer[unit]));
  return String(value);
}

/** `1h30min` */
export function stretchWord(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [`${days}d`, `${hours}h`, `${minutes}min`, `${seconds % 60}s`];
  return parts.filter((part) => !/^0\D/.test(part)).join('') || '0s';
}

/** Values of the unit that somebody might mean. */
export function offeredMarks({ unit }: Pick<MarkUnit, 'unit'>): string[] {
  switch (unit) {
    case 'ratio':
      return ['85%', '90%'];
    case 'duration':
    case 'hours':
      return ['30min', '4h'];
    case 'days':
      return ['3d', '14d'];
    case 'count':
      return ['50', '200'];
    case 'score':
      return ['4', '4.5'];
    case 'points':
      return ['0', '30'];
    case 'money':
      return ['10000', '100000'];
  }
}

function nameOf(unit: Unit, currency: string): string {
  switch (unit) {
    case 'ratio':
      return 'share';
    case 'duration':
    case 'hours':
    case 'days':
      return 'length of time';
    case 'money':
      return `amount in ${currency}`;
    case 'score':
      return 'score';
    case 'points':
      return 'number of points';
    case 'count':
      return 'count';
  }
}

function readWritten(text: string): Written | undefined {
  const plain = readNumber(text);
  if (plain !== undefined) return { kind: 'number', value: plain };
  const [, amount = '', unit = ''] = /^(\S+?)\s*(%|points?|of\s*\S+)$/i.exec(text) ?? [];
  const value = readNumber(amount);
  if (value !== undefined && unit === '%') return { kind: 'percent', value };
  if (value !== undefined && /^point/i.test(unit)) return { kind: 'points', value };
  const outOf = /^of/i.test(unit) ? readNumber(unit.slice(2).trim()) : undefined;
  if (value !== undefined && outOf !== undefined) return { kind: 'score', value, outOf };
  const seconds = readDuration(text, ignored);
  return seconds === undefined ? readMoney(text) : { kind: 'seconds', value: seconds };
}

function readMoney(text: string): Written | undefined {
  const [, before = '', amount = '', after = ''] =
    /^([A-Z]{3}|[$€£¥])?\s*([-−]?\d[\d.,]*)\s*([A-Z]{3}|[$€£¥])?$/i.exec(text) ?? [];
  const value = readNumber(amount);
  const code = (before || after).toUpperCase();
  const currency = symbols[code] ?? code;
  if (value === undefined || (before !== '' && after !== '') || !currencies.has(currency)) return undefined;
  return { kind: 'money', value, currency };
}

/** `200`, `4.5`, `1,200`, `-10`; undefined for what is none, or could be two. */
function readNumber(text: string): number | undefined {
  const normal = text.replace('−', '-');
  if (/^[-+]?\d{1,12}(\.\d{1,6})?$/.test(normal)) return Number(normal);
  return /^[-+]?\d{1,3}(,\d{3}){1,4}(\.\d{1,6})?$/.test(normal) ? Number(normal.replaceAll(',', '')) : undefined;
}

/** Without the traces of binary fractions. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
