import type { KpiResult } from '../domain/kpi-result.ts';
import { addDays, type DateRange, type PeriodExpression, parsePeriod, periodExamples } from '../domain/period.ts';
import { type DimensionId, isDimension } from '../kpis/dimensions.ts';
import { kpiIds, kpiOf, kpis } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import type { KpiQuestion } from '../kpis/question.ts';
import { closest } from '../lib/closest.ts';
import { quoteWord } from './words.ts';

/** A question that was understood. `words` is its canonical form: asked again, it means the same. */
export interface KpiRequest {
  kind: 'kpi';
  kpi: Kpi;
  question: KpiQuestion;
  show: 'chart' | 'table' | 'csv';
  words: string;
}

/** What could not be understood, with what was, the closest valid choices and a whole command that works. */
export interface Misunderstood {
  kind: 'misunderstood';
  what: 'kpi' | 'dimension' | 'period' | 'word';
  text: string;
  /** The part that made sense, in canonical words. */
  understood: string;
  /** Valid choices in place of `text`, closest first. */
  choices: string[];
  /** For each choice, the whole command with it in place. */
  commands: string[];
  example: string;
}

export type Request =
  | KpiRequest
  | { kind: 'overview' }
  | { kind: 'help'; kpi: Kpi | null }
  | { kind: 'list'; group: string | null }
  | { kind: 'explain'; kpi: Kpi }
  /** `code` as it was typed; empty where none was. */
  | { kind: 'receipt'; code: string }
  | Misunderstood;

/**
 * Reads `list`, `help`, `explain ID`, `receipt CODE`, or a question: the KPI, then period, `by DIM`, `DIM:VALUE`, `vs PERIOD`, `scenario:NAME`, `as-of:DATE`, `table` or
 * `csv` in any order.
 */
export function parseRequest(words: readonly string[]): Request {
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'overview' };
  const subcommand = first.toLowerCase();
  if (subcommand === 'list') return { kind: 'list', group: rest[0] ?? null };
  if (subcommand === 'receipt') return { kind: 'receipt', code: rest.join('') };
  if (subcommand === 'help' || subcommand === 'explain') return parseAbout(subcommand, rest);
  return parseKpi(words);
}

function parseAbout(subcommand: 'help' | 'explain', rest: readonly string[]): Request {
  const id = rest[0]?.toLowerCase();
  if (id === undefined) return { kind: 'help', kpi: null };
  const kpi = kpiOf(id);
  if (kpi) return { kind: subcommand, kpi };
  const choices = orAll(closest(id, kpiIds), kpiIds);
  return {
    kind: 'misunderstood',
    what: 'kpi',
    text: rest[0]!,
    understood: subcommand,
    choices,
    commands: choices.map((choice) => `${subcommand} ${choice}`),
    example: `${subcommand} ${choices[0]}`,
  };
}

interface Reading {
  period: { expression: PeriodExpression; words: string } | null;
  by: DimensionId | null;
  filters: { dimension: DimensionId; value: string }[];
  versus: { expression: Exclude<KpiQuestion['versus'], null>; words: string } | null;
  scenario: string | null;
  /** ISO date. */
  asOfDate: string | null;
  show: KpiRequest['show'];
}

function parseKpi(words: readonly string[]): KpiRequest | Misunderstood {
  const at = words.findIndex((word) => kpiOf(word.toLowerCase()));
  const kpi = at === -1 ? undefined : kpiOf(words[at]!.toLowerCase());
  if (!kpi) return unknownKpi(words);
  const rest = words.filter((_, index) => index !== at);
  const reading: Reading = {
    period: null,
    by: null,
    filters: [],
    versus: null,
    scenario: null,
    asOfDate: null,
    show: 'chart',
  };
  const problem = (
    what: Misunderstood['what'],
    text: string,
    choices: string[],
    command: (choice: string) => string,
  ): Misunderstood => {
    const understood = canonical(kpi, reading);
    return {
      kind: 'misunderstood',
      what,
      text,
      understood,
      choices,
      commands: choices.map((choice) => `${understood} ${command(choice)}`.trim()),
      example: kpi.examples[1] ?? kpi.id,
    };
  };

  for (let index = 0; index < rest.length; ) {
    const word = rest[index]!;
    const lower = word.toLowerCase();
    if (lower === 'by') {
      const given = rest[index + 1] ?? '';
      const name = given.toLowerCase();
      if (!hasDimension(kpi, name))
        return problem(
          'dimension',
          given,
          orAll(closest(name, kpi.dimensions), kpi.dimensions),
          (choice) => `by ${choice}`,
        );
      if (reading.by && reading.by !== name) return problem('dimension', given, [], (choice) => choice);
      reading.by = name;
      index += 2;
      continue;
    }
    if (lower === 'vs') {
      const taken = takeVersus(rest.slice(index + 1));
      if (!taken)
        return problem(
          'period',
          rest.slice(index + 1).join(' '),
          ['year', 'last month', 'last week'],
          (choice) => `vs ${quoteWord(choice)}`,
        );
      reading.versus = taken;
      index += 1 + taken.used;
      continue;
    }
    if (lower === 'table' || lower === 'csv') {
      reading.show = lower;
      index += 1;
      continue;
    }
    if (lower.startsWith('scenario:')) {
      if (reading.scenario !== null) return problem('word', word, [], (choice) => choice);
      reading.scenario = word.slice('scenario:'.length);
      index += 1;
      continue;
    }
    if (lower.startsWith('as-of:')) {
      const date = isoDate(word.slice('as-of:'.length));
      if (date === null || reading.asOfDate !== null) return problem('period', word, [], (choice) => choice);
      reading.asOfDate = date;
      index += 1;
      continue;
    }
    const period = takePeriod(rest.slice(index));
    if (period) {
      if (reading.period) return problem('period', word, [], (choice) => choice);
      reading.period = period;
      index += period.used;
      continue;
    }
    const colon = word.indexOf(':');
    if (colon > 0) {
      const name = word.slice(0, colon).toLowerCase();
      const value = word.slice(colon + 1);
      if (!hasDimension(kpi, name)) {
        return problem(
          'dimension',
          word.slice(0, colon),
          orAll(closest(name, kpi.dimensions), kpi.dimensions),
          (choice) => quoteFilter(choice, value),
        );
      }
      reading.filters.push({ dimension: name, value });
      index += 1;
      continue;
    }
    return unknownWord(kpi, word, problem);
  }
  return {
    kind: 'kpi',
    kpi,
    question: {
      period: reading.period?.expression ?? null,
      by: reading.by,
      filters: reading.filters,
      versus: reading.versus?.expression ?? null,
      grain: null,
      records: reading.show === 'table',
      ...(reading.scenario !== null && { scenario: reading.scenario }),
      ...(reading.asOfDate !== null && { asOfDate: reading.asOfDate }),
    },
    show: reading.show,
    words: canonical(kpi, reading),
  };
}

/** A whole date such as 2026-10-01, or null. */
function isoDate(text: string): string | null {
  const expression = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parsePeriod(text) : null;
  return expression === null ? null : text;
}

function hasDimension(kpi: Kpi, name: string): name is DimensionId {
  return isDimension(name) && kpi.dimensions.includes(name);
}

/** A period is one word, or two as in `last week` when they were not quoted. */
function takePeriod(words: readonly string[]): { expression: PeriodExpression; words: string; used: number } | null {
  for (const used of [2, 1]) {
    if (words.length < used) continue;
    const phrase = words.slice(0, used).join(' ');
    const expression = parsePeriod(phrase);
    if (expression) return { expression, words: quoteWord(phrase.toLowerCase()), used };
  }
  return null;
}

function takeVersus(
  words: readonly string[],
): { expression: Exclude<KpiQuestion['versus'], null>; words: string; used: number } | null {
  const word = words[0]?.toLowerCase();
  if (word === 'year') return { expression: { kind: 'year-before' }, words: 'year', used: 1 };
  return takePeriod(words);
}

function unknownKpi(words: readonly string[]): Misunderstood {
  const text = words.find((word) => !parsePeriod(word) && word.toLowerCase() !== 'by') ?? words[0] ?? '';
  const titles = new Map(kpis.map((kpi) => [kpi.title.toLowerCase(), kpi.id]));
  const near = [...closest(text, kpiIds), ...closest(text, [...titles.keys()]).map((title) => titles.get(title)!)];
  const choices = orAll([...new Set(near)], kpiIds);
  const others = words.filter((word) => word !== text).map(quoteWord);
  return {
    kind: 'misunderstood',
    what: 'kpi',
    text,
    understood: others.join(' '),
    choices,
    commands: choices.map((choice) => [choice, ...others].join(' ')),
    example: kpiOf(choices[0] ?? '')?.examples[1] ?? 'list',
  };
}

function unknownWord(
  kpi: Kpi,
  word: string,
  problem: (
    what: Misunderstood['what'],
    text: string,
    choices: string[],
    command: (choice: string) => string,
  ) => Misunderstood,
): Misunderstood {
  if (/^\d|^since:/.test(word)) {
    return problem('period', word, orAll(closest(word, periodExamples), ['7d', '30d', 'last month']), quoteWord);
  }
  const dimension = closest(word, kpi.dimensions, 1)[0];
  if (dimension) return problem('dimension', word, [dimension], (choice) => `by ${choice}`);
  const periods = closest(word, periodExamples);
  return periods.length > 0
    ? problem('period', word, periods, quoteWord)
    : problem('word', word, ['7d', '30d', 'last month'], quoteWord);
}

/** Known limit of buttons in one row: five choices at most. */
function orAll(near: readonly string[], all: readonly string[]): string[] {
  return (near.length > 0 ? near : all).slice(0, 5);
}

function quoteFilter(dimension: string, value: string): string {
  return `${dimension}:${quoteWord(value)}`;
}

function canonical(kpi: Kpi, { period, versus, ...reading }: Reading): string {
  return commandOf(kpi, { ...reading, period: period?.words ?? null, versus: versus?.words ?? null });
}

interface CommandParts extends Pick<Reading, 'by' | 'filters' | 'scenario' | 'asOfDate' | 'show'> {
  /** As they are typed. */
  period: string | null;
  versus: string | null;
}

function commandOf(kpi: Kpi, { period, by, filters, versus, scenario, asOfDate, show }: CommandParts): string {
  return [
    kpi.id,
    ...(period === null ? [] : [period]),
    ...(by ? [`by ${by}`] : []),
    ...filters.map(({ dimension, value }) => quoteFilter(dimension, value)),
    ...(versus === null ? [] : [`vs ${versus}`]),
    ...(scenario === null ? [] : [`scenario:${quoteWord(scenario)}`]),
    ...(asOfDate === null ? [] : [`as-of:${asOfDate}`]),
    ...(show === 'chart' ? [] : [show]),
  ].join(' ');
}

/** The question with the dates that were meant by its answer: asked again on any day, it is about the same ones. */
export function datedWords({ kpi, question, show }: Omit<KpiRequest, 'words' | 'kind'>, result: KpiResult): string {
  const { by, filters, scenario = null, asOfDate = null } = question;
  const versus = result.comparison && datesPhrase(result.comparison.period);
  return commandOf(kpi, {
    period: datesPhrase(result.period),
    ...{ by, filters: [...filters], versus, scenario, asOfDate, show },
  });
}

function datesPhrase({ from, to }: DateRange): string {
  const last = addDays(to, -1);
  return last === from ? from : `${from}..${last}`;
}
