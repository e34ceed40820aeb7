import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { readAs } from '../db/viewer.ts';
import type { Comparison, KpiResult, SeriesPoint } from '../domain/kpi-result.ts';
import {
  addUnits,
  bucketsOf,
  type DateRange,
  daysBetween,
  type Grain,
  grainFor,
  type PeriodDates,
} from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { ReadAt } from '../rollups/read.ts';
import { today, unsettledDays } from '../rollups/read.ts';
import { compareEvidence, fewCases } from '../stats/compare.ts';
import { wilson } from '../stats/intervals.ts';
import { rankNotes } from './board.ts';
import { breakdownOf, fraction } from './breakdown.ts';
import { coverageOf, datesOf, isCovered, isMature, isStale, overlaps } from './coverage.ts';
import type { DimensionId } from './dimensions.ts';
import { type Reach, reachOf } from './freshness.ts';
import { addSums, type Filter, type Group, type Kpi, type Measured, noSums, type Scope, type Sums } from './kpi.ts';
import type { KpiQuestion } from './question.ts';
import { findValues } from './values.ts';

export interface AskContext {
  db: Db;
  tenant: Tenant;
  /** Person id, or `everything`. */
  viewer: string;
  now: Temporal.Instant;
  /** From the configuration; undefined: the KPI's own. */
  target?: number | undefined;
}

export type AskOutcome =
  | {
      kind: 'answered';
      result: KpiResult /** Since when and until when there is data at all. */;
      data: DateRange | null;
    }
  | { kind: 'unknown-value'; dimension: DimensionId; value: string; known: string[] };

/** Answers one question in one snapshot, with the viewer's rights. Every number of every surface comes from here. */
export function askKpi(context: AskContext, kpi: Kpi, question: KpiQuestion): Promise<AskOutcome> {
  const { tenant, viewer, now } = context;
  return readAs(context.db, { tenantId: tenant.tenantId, viewer }, async (reader) => {
    const unsettled = await unsettledDays(reader, kpi.rollups, tenant, now);
    const at: ReadAt = { tenantId: tenant.tenantId, timezone: tenant.timezone, now, unsettled };
    // Several values of one dimension are alternatives, several dimensions conditions that must all hold.
    const chosen = new Map<DimensionId, { values: Filter['values']; labels: Set<string> }>();
    for (const { dimension, value } of question.filters) {
      const found = await findValues(reader, tenant.tenantId, kpi, dimension, value);
      if (found.kind === 'unknown') return { kind: 'unknown-value', dimension, value, known: found.known };
      const before = chosen.get(dimension);
      chosen.set(dimension, {
        values: [...(before?.values ?? []), ...found.filter.values],
        labels: new Set([...(before?.labels ?? []), found.label]),
      });
    }
    const filters: Filter[] = [...chosen].map(([dimension, { values }]) => ({ dimension, values }));
    const shown = Object.fromEntries([...chosen].map(([dimension, { labels }]) => [dimension, [...labels].join(', ')]));
    const reach = await reachOf(reader, kpi, at);
    const dates = datesOf(question, reach, at, tenant.weekStart);
    const scope: Scope = { at, weekStart: tenant.weekStart, period: dates, filters };
    const series = await seriesGroups(reader, kpi, scope, question);
    // Levels of days do not add up to a level; everything else is the sum of its buckets, and read once for both.
    const isApart = kpi.kind === 'stock' || kpi.totalHasMore === true;
    const whole = isApart ? await total(reader, kpi, scope) : sumOf(series.groups);
    const coverage = coverageOf(dates, question, reach, at);
    const measured = measureCovered(kpi, whole, dates, reach, at);
    const viewerScope = await scopeOf(reader);
    const by = question.by ?? kpi.board?.by ?? null;
    const breakdown = by && (await breakdownOf(reader, kpi, scope, by, { whole: measured, viewer: viewerScope }));
    const few = measured.evidence.kind === 'ratio' && measured.evidence.n > 0 && measured.evidence.n < fewCases;

    const result: KpiResult = {
      kpi: kpi.id,
      version: kpi.version,
      title: kpi.title,
      kind: kpi.kind,
      unit: kpi.unit,
      better: kpi.better,
      ...(kpi.outOf === undefined ? {} : { outOf: kpi.outOf }),
      period: { from: dates.from, to: dates.to, timezone: tenant.timezone, label: dates.label, ...coverage },
      filters: shown,
      scope: viewerScope,
      value: measured.value,
      ...fraction(measured),
      parts: measured.parts,
      ...(few && measured.evidence.kind === 'ratio'
        ? { interval: wilson(measured.evidence.successes, measured.evidence.n) }
        : {}),
      comparison: await comparisonOf(reader, kpi, scope, dates, { question, reach, measured, coverage }),
      target: targetOf(context.target ?? kpi.target, measured, kpi),
      series: seriesOf(kpi, scope, question, reach, series),
      distribution: kpi.distribution && measured.weight > 0 ? kpi.distribution(whole) : null,
      attention: kpi.attention && reach.data ? await kpi.attention(reader, scope) : null,
      records: question.records && kpi.records ? await kpi.records(reader, scope) : null,
      breakdown,
      freshness: {
        asOf: reach.asOf?.toString() ?? null,
        stale: isStale(question, dates, reach, at),
        pending: reach.pending,
        sources: reach.sources,
      },
      requires: requirementsOf(kpi, whole, measured, reach),
      notes: [
        ...(breakdown ? rankNotes(kpi, breakdown, coverage.mature) : []),
        ...notesOf(kpi, measured, whole, question, dates),
        ...judgedByClock(kpi, reach, at, coverage),
      ],
      receipt: null,
    };
    return { kind: 'answered', result, data: reach.data };
  });
}

/** What the row policies let this viewer see; the database decides it, and says so. */
async function scopeOf(reader: Queryable): Promise<KpiResult['scope']> {
  const [row] = await reader.query<{ everything: boolean; role: string | null }>(sql`
    select ops.viewer_sees_all() as everything, ops.viewer_role() as role`);
  if (row?.everything) return 'all';
  return row?.role === 'supervisor' ? 'teams' : 'own';
}

async function total(reader: Queryable, kpi: Kpi, scope: Scope): Promise<Sums> {
  return sumOf(await kpi.query(reader, scope, { kind: 'total' }));
}

function sumOf(groups: readonly Group[]): Sums {
  return groups.reduce((sum, group) => addSums(sum, group.sums), noSums);
}

/** Nothing counted is a zero only where the sources cover some of the time; elsewhere it is no data. */
function measureCovered(kpi: Kpi, sums: Sums, period: DateRange, reach: Reach, at: ReadAt): Measured {
  const measured = kpi.measure(sums, { days: daysBetween(period.from, period.to) });
  if (measured.weight > 0 || overlaps(period, reach, at.timezone)) return measured;
  const parts = Object.fromEntries(
    Object.entries(measured.parts).map(([name, part]) => [name, part === 0 ? null : part]),
  );
  return { ...measured, value: null, parts };
}

async function comparisonOf(
  reader: Queryable,
  kpi: Kpi,
  scope: Scope,
  dates: PeriodDates,
  known: { question: KpiQuestion; reach: Reach; measured: Measured; coverage: { complete: boolean; mature: boolean } },
): Promise<Comparison | null> {
  const { previous } = dates;
  if (!previous || isPresentOnly(kpi, known.question)) return null;
  const { reach, measured, coverage } = known;
  const before = measureCovered(
    kpi,
    await total(reader, kpi, { ...scope, period: previous }),
    previous,
    reach,
    scope.at,
  );
  const label = known.question.versus?.kind === 'year-before' ? 'the year before' : 'before';
  const period = { from: previous.from, to: previous.to, label };
  const none = { period, value: before.value, change: null, changeRatio: null };
  // A level needs data at its day only, everything else over the whole stretch.
  const neededFrom = kpi.kind === 'stock' ? addUnits(previous.to, 'day', -1) : previous.from;
  const startsLate = reach.data !== null && neededFrom < reach.data.from;
  if (measured.value === null || before.value === null || startsLate) return { ...none, verdict: 'no-baseline' };
  // A question may name any period to compare with, also one that is not over.
  const covered = coverageOf(previous, { ...known.question, period: null }, reach, scope.at);
  if (!coverage.complete || !covered.complete) return { ...none, verdict: 'partial' };
  if (!coverage.mature || !covered.mature) return { ...none, verdict: 'not-mature' };
  const now = Number(measured.value);
  const then = Number(before.value) * (unlikeLengths(kpi, dates)?.scale ?? 1);
  const change = now - then;
  return {
    period,
    value: before.value,
    change,
    changeRatio: then > 0 ? change / then : null,
    verdict: compareEvidence(measured.evidence, before.evidence, change, kpi.better),
  };
}

/** Lengths apart by more than this are compared per day; months of 28 and 31 days are compared as they are. */
const likeLengths = 0.15;

/** Counts over stretches of quite different length say nothing side by side: the other one is brought to this length. */
function unlikeLengths(kpi: Kpi, dates: PeriodDates): { days: number; other: number; scale: number } | null {
  if (kpi.unit !== 'count' || kpi.kind === 'stock' || !dates.previous) return null;
  const days = daysBetween(dates.from, dates.to);
  const other = daysBetween(dates.previous.from, dates.previous.to);
  return Math.abs(days / other - 1) > likeLengths ? { days, other, scale: days / other } : null;
}

function isPresentOnly(kpi: Kpi, question: KpiQuestion): boolean {
  return question.filters.some(({ dimension }) => kpi.presentOnly?.includes(dimension));
}

/** Met or missed only where the cases not decided yet could not turn it. */
function targetOf(target: number | null, measured: Measured, kpi: Kpi): KpiResult['target'] {
  if (target === null) return null;
  if (measured.value === null || kpi.better === 'neither') return { value: target, met: null };
  const isMet = (value: number) => (kpi.better === 'up' ? value >= target : value <= target);
  const met = isMet(Number(measured.value));
  const { numerator, denominator } = measured;
  const open = measured.parts.pending ?? 0;
  if (open === 0 || numerator === undefined || denominator === undefined) return { value: target, met };
  const ends = [numerator / (denominator + open), (numerator + open) / (denominator + open)];
  return { value: target, met: ends.every((end) => isMet(end) === met) ? met : null };
}

/** The period by buckets of a grain, as far as they have begun. `groups` hold the whole period. */
interface SeriesGroups {
  grain: Exclude<Grain, 'hour'>;
  buckets: readonly string[];
  groups: readonly Group[];
}

async function seriesGroups(reader: Queryable, kpi: Kpi, scope: Scope, question: KpiQuestion): Promise<SeriesGroups> {
  const chosen = question.grain ?? grainFor(scope.period);
  const grain = chosen === 'hour' ? 'day' : chosen;
  const current = today(scope.at);
  const buckets = bucketsOf(scope.period, grain, scope).filter((bucket) => bucket <= current);
  return { grain, buckets, groups: await kpi.query(reader, scope, { kind: 'series', grain, buckets }) };
}

function seriesOf(
  kpi: Kpi,
  scope: Scope,
  question: KpiQuestion,
  reach: Reach,
  { grain, buckets, groups }: SeriesGroups,
): KpiResult['series'] {
  const current = today(scope.at);
  const byBucket = new Map(groups.map((group) => [group.bucket, group]));
  const isAll = question.period?.kind === 'all';
  const points = buckets.map((bucket): SeriesPoint => {
    const end = addUnits(bucket, grain, 1);
    const clipped: DateRange = {
      from: bucket > scope.period.from ? bucket : scope.period.from,
      to: end < scope.period.to ? end : scope.period.to,
    };
    const whole = isAll || (clipped.from === bucket && clipped.to === end);
    const measured = measureCovered(kpi, byBucket.get(bucket)?.sums ?? noSums, clipped, reach, scope.at);
    return {
      at: bucket,
      value: measured.value,
      ...fraction(measured),
      ...(kpi.chart?.stack ? { parts: measured.parts } : {}),
      complete: whole && clipped.to <= current && (isAll || isCovered(clipped.to, reach, scope.at.timezone)),
      ...(reach.maturesAfterDays > 0 && { mature: isMature(clipped, reach, scope.at) }),
    };
  });
  return { grain, points };
}

function requirementsOf(kpi: Kpi, sums: Sums, measured: Measured, reach: Reach): string[] {
  if (measured.value !== null || reach.sources.length === 0) return [];
  const lacking = kpi.lacks ? kpi.lacks(sums) : reach.data === null;
  return lacking ? [...new Set(reach.sources.map(({ source }) => `no ${kpi.needs} in source ${source}`))] : [];
}

/** Open cases go on being decided after the data has ended, as far as the clock tells. */
function judgedByClock(kpi: Kpi, reach: Reach, at: ReadAt, { mature }: { mature: boolean }): string[] {
  if (typeof kpi.maturesAfterDays === 'number' || mature || reach.asOf === null || reach.data === null) return [];
  if (reach.asOf.until(at.now).total('hours') < 1) return [];
  const until = reach.asOf.toZonedDateTimeISO(at.timezone);
  const time = until.toPlainTime().toString({ smallestUnit: 'minute' });
  return [
    `Open tickets are judged by the clock; replies and resolutions after ${until.toPlainDate()} ${time} are not known yet.`,
  ];
}

function notesOf(kpi: Kpi, measured: Measured, sums: Sums, question: KpiQuestion, dates: PeriodDates): string[] {
  const { evidence } = measured;
  const notes = kpi.notes?.(measured, sums) ?? [];
  const unlike = unlikeLengths(kpi, dates);
  if (unlike) notes.push(`Compared per day: this period has ${unlike.days} days, the other ${unlike.other}.`);
  if (isPresentOnly(kpi, question)) {
    notes.push(
      `Only the latest ${kpi.presentOnly?.join(' and ')} is known: past days show what is so now, and are not compared.`,
    );
  }
  if (evidence.kind !== 'count' && evidence.n > 0 && evidence.n < fewCases) {
    notes.push(`Few cases: only ${evidence.n}.`);
  }
  return notes;
}
