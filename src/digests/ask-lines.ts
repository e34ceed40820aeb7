import { headlineCandidates, type KpiSettings, mostHeadlines } from '../answers/answer.ts';
import type { Db } from '../db/db.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { addDays, type DateRange, daysBetween } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { askKpi } from '../kpis/ask.ts';
import { rememberingDays } from '../kpis/days.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { attentionOfKpi, seriesOfKpi } from '../kpis/measure.ts';
import type { KpiQuestion } from '../kpis/question.ts';
import { hasUsualDays } from '../kpis/unusual.ts';
import type { Log } from '../lib/log.ts';

export interface DigestDeps {
  db: Db;
  tenant: Tenant;
  settings: KpiSettings;
  /** Of the business clock. */
  now: Temporal.Instant;
  log: Log;
}

/** A headline number with its days, for the digest's reader. */
export interface AskedLine {
  kpi: Kpi;
  question: KpiQuestion;
  result: KpiResult;
  /** The days before and of the digest, one by one. */
  history: Pick<KpiResult, 'series'>;
}

/** Days that are looked back on: as many as are drawn, or where it can be told what is usual, as many as that takes. */
const historyDays = { drawn: 14, usual: 13 * 7 };
/** Questions to the database at a time: a digest is one of many things that go on. */
const atOnce = 4;

const plain: KpiQuestion = { period: null, by: null, filters: [], versus: null, grain: null };

type Ask = (kpi: Kpi, question: Partial<KpiQuestion>) => Promise<KpiResult | null>;

/** Asks for whole answers, for the points of a series only, or for what needs a person now. */
export interface Asking {
  ask: Ask;
  look: (kpi: Kpi, question: Partial<KpiQuestion>) => Promise<KpiResult['series'] | null>;
  attend: (kpi: Kpi, question: Partial<KpiQuestion>) => Promise<Pick<KpiResult, 'attention' | 'freshness'> | null>;
}

/**
 * Asks with the viewer's rights; null where they may not, and where a dimension has no such value. `db` is one snapshot: a
 * number's days are read once, for its history and for what is compared.
 */
export function asking({ db, tenant, settings, now }: DigestDeps, viewer: string): Asking {
  const remembering = new Map<Kpi, Kpi>();
  const given = (kpi: Kpi, question: Partial<KpiQuestion>) => {
    const { target, scenarios } = settings[kpi.id] ?? {};
    const itself = remembering.get(kpi) ?? rememberingDays(kpi);
    remembering.set(kpi, itself);
    return [{ db, tenant, viewer, now, target, scenarios }, itself, { ...plain, ...question }] as const;
  };
  return {
    async ask(kpi, question) {
      const outcome = await askKpi(...given(kpi, question));
      return outcome.kind === 'answered' ? outcome.result : null;
    },
    async look(kpi, question) {
      const outcome = await seriesOfKpi(...given(kpi, question));
      return outcome.kind === 'series' ? outcome.series : null;
    },
    async attend(kpi, question) {
      const outcome = await attentionOfKpi(...given(kpi, question));
      return outcome.kind === 'attention' ? outcome : null;
    },
  };
}

/** The same weekdays before: a week for up to seven days, as many whole weeks as it takes for more. */
export function sameDaysBefore({ from, to }: DateRange): DateRange {
  const days = 7 * Math.ceil(daysBetween(from, to) / 7);
  return { from: addDays(from, -days), to: addDays(to, -days) };
}

export function datesOf({ from, to }: DateRange): { kind: 'dates'; from: string; to: string } {
  return { kind: 'dates', from, to };
}

/** As many headlines as a digest should have; what nobody asks first is no headline beyond that. */
const enoughHeadlines = 5;

/**
 * The numbers of a digest, in order. `chosen`: exactly those, as far as the reader may ask them, also without data; null:
 * the headline numbers there is data for, as many as are read at a glance.
 */
export async function askLines(asks: Asking, chosen: readonly Kpi[] | null, period: DateRange): Promise<AskedLine[]> {
  if (chosen) return askSome(asks, chosen.slice(0, mostHeadlines), period, false);
  const { first, others } = headlineCandidates();
  const lines = await askSome(asks, first, period, true);
  // Never more than are still lacking: each of them is several questions to the database.
  for (let index = 0; index < others.length && lines.length < enoughHeadlines; ) {
    const some = others.slice(index, index + Math.min(atOnce, enoughHeadlines - lines.length));
    index += some.length;
    lines.push(...(await askSome(asks, some, period, true)));
  }
  return lines.slice(0, mostHeadlines);
}

async function askSome(
  asks: Asking,
  some: readonly Kpi[],
  period: DateRange,
  isOptional: boolean,
): Promise<AskedLine[]> {
  const lines: (AskedLine | null)[] = [];
  for (let index = 0; index < some.length; index += atOnce) {
    const asked = some.slice(index, index + atOnce).map((kpi) => askLine(asks, kpi, period, isOptional));
    lines.push(...(await Promise.all(asked)));
  }
  return lines.filter((line) => line !== null).filter(({ result }) => !isOptional || result.value !== null);
}

/**
 * One number of the digest's days against the same weekdays before. Where its cases are not all decided within the
 * digest's days, it is that of the latest week that is decided, as `/kpi` answers it: a number that will still change
 * cannot be compared.
 */
async function askLine(
  { ask, look }: Asking,
  kpi: Kpi,
  period: DateRange,
  isOptional: boolean,
): Promise<AskedLine | null> {
  const series = await look(kpi, {
    period: datesOf({ from: addDays(period.from, -historyDays[hasUsualDays(kpi) ? 'usual' : 'drawn']), to: period.to }),
    versus: { kind: 'none' },
    grain: 'day',
  });
  // Without a single number in all these days there is none to be compared either.
  if (!series || (isOptional && series.points.every(({ value }) => value === null))) return null;
  const isDecided = series.points.filter(({ at }) => at >= period.from).every(({ mature }) => mature !== false);
  const question: Partial<KpiQuestion> = isDecided
    ? { period: datesOf(period), versus: datesOf(sameDaysBefore(period)) }
    : {};
  const result = await ask(kpi, question);
  return result && { kpi, question: { ...plain, ...question }, result, history: { series } };
}
