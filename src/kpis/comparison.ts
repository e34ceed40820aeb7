import type { Queryable } from '../db/db.ts';
import type { Comparison, KpiResult } from '../domain/kpi-result.ts';
import { majorNumber } from '../domain/money.ts';
import { addUnits, daysBetween, type PeriodDates } from '../domain/period.ts';
import { compareEvidence, type Evidence } from '../stats/compare.ts';
import { coverageOf } from './coverage.ts';
import type { Reach } from './freshness.ts';
import type { Kpi, Measured, Scope } from './kpi.ts';
import { measureCovered, shownMeasure, total } from './measures.ts';
import type { KpiQuestion } from './question.ts';

/** What is known when a comparison is begun. `currency`: of the KPI's money, if it has any. */
interface Known {
  question: KpiQuestion;
  reach: Reach;
  measured: Measured;
  coverage: { complete: boolean; mature: boolean };
  currency: string | undefined;
}

/** The value against that of the other period, judged by what both rest on; null where there is none to compare with. */
export async function comparisonOf(
  reader: Queryable,
  kpi: Kpi,
  scope: Scope,
  dates: PeriodDates,
  known: Known,
): Promise<Comparison | null> {
  const { previous } = dates;
  if (!previous || isPresentOnly(kpi, known.question)) return null;
  const { reach, measured, coverage, currency } = known;
  const earlier = { ...scope, period: previous };
  const before = measureCovered(kpi, await total(reader, kpi, earlier), earlier, reach);
  const label = known.question.versus?.kind === 'year-before' ? 'the year before' : 'before';
  const period = { from: previous.from, to: previous.to, label };
  const { value } = shownMeasure(kpi, before, currency);
  const none = { period, value, change: null, changeRatio: null };
  // A level needs data at its day only, everything else over the whole stretch.
  const neededFrom = kpi.kind === 'stock' ? addUnits(previous.to, 'day', -1) : previous.from;
  const startsLate = reach.data !== null && neededFrom < reach.data.from;
  if (measured.value === null || before.value === null || startsLate) return { ...none, verdict: 'no-baseline' };
  // A question may name any period to compare with, also one that is not over.
  const covered = coverageOf(previous, { ...known.question, period: null }, reach, scope.at);
  if (!coverage.complete || !covered.complete) return { ...none, verdict: 'partial' };
  if (!coverage.mature || !covered.mature) return { ...none, verdict: 'not-mature' };
  const then = before.value * (unlikeLengths(kpi, measured.evidence, dates)?.scale ?? 1);
  // Fractions of a minor unit are no change.
  const change = kpi.unit === 'money' ? Math.round(measured.value - then) : measured.value - then;
  return {
    period,
    value,
    change: kpi.unit === 'money' && currency !== undefined ? majorNumber(change, currency) : change,
    changeRatio: then > 0 ? change / then : null,
    verdict: compareEvidence(measured.evidence, before.evidence, change, kpi.better),
  };
}

/** Lengths apart by more than this are compared per day; months of 28 and 31 days are compared as they are. */
const likeLengths = 0.15;

/** Sums over stretches of quite different length say nothing side by side: the other one is brought to this length. */
export function unlikeLengths(
  kpi: Kpi,
  evidence: Evidence,
  dates: PeriodDates,
): { days: number; other: number; scale: number } | null {
  const isSum =
    (kpi.unit === 'count' && kpi.additive !== false) || (kpi.unit === 'money' && evidence.kind === 'amount');
  if (!isSum || kpi.kind === 'stock' || !dates.previous) return null;
  const days = daysBetween(dates.from, dates.to);
  const other = daysBetween(dates.previous.from, dates.previous.to);
  return Math.abs(days / other - 1) > likeLengths ? { days, other, scale: days / other } : null;
}

/** Whether the question filters by something of which only the latest value is known. */
export function isPresentOnly(kpi: Kpi, question: KpiQuestion): boolean {
  return question.filters.some(({ dimension }) => kpi.presentOnly?.includes(dimension));
}

/** Met or missed only where the cases not decided yet could not turn it. A target for money is in major units. */
export function targetOf(
  target: number | null,
  measured: Measured,
  kpi: Kpi,
  currency: string | undefined,
): KpiResult['target'] {
  if (target === null) return null;
  if (measured.value === null || kpi.better === 'neither') return { value: target, met: null };
  const isMet = (value: number) => (kpi.better === 'up' ? value >= target : value <= target);
  const met = isMet(Number(shownMeasure(kpi, measured, currency).value));
  const { numerator, denominator } = measured;
  const open = measured.parts.pending ?? 0;
  if (open === 0 || numerator === undefined || denominator === undefined) return { value: target, met };
  const ends = [numerator / (denominator + open), (numerator + open) / (denominator + open)];
  return { value: target, met: ends.every((end) => isMet(end) === met) ? met : null };
}
