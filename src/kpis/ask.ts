import type { Db, Queryable } from '../db/db.ts';
import { readAs } from '../db/viewer.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { addDays, type DateRange, type PeriodDates } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { ReadAt } from '../rollups/read.ts';
import { unsettledDays } from '../rollups/read.ts';
import { casesIn, fewCases } from '../stats/compare.ts';
import { wilson } from '../stats/intervals.ts';
import { mayAsk, type Standing, standingOf } from './audience.ts';
import { rankNotes } from './board.ts';
import { breakdownOf } from './breakdown.ts';
import { comparisonOf, isPresentOnly, targetOf, unlikeLengths } from './comparison.ts';
import { coverageOf, datesOf, isStale } from './coverage.ts';
import type { DimensionId } from './dimensions.ts';
import { type Reach, reachOf } from './freshness.ts';
import type { Filter, Kpi, Measured, Scenario, Scope, Sums } from './kpi.ts';
import { currencyOf, funnelOf, measureCovered, shownMeasure, sumOf, total } from './measures.ts';
import type { KpiQuestion } from './question.ts';
import { scenarioOf } from './scenario.ts';
import { seriesGroups, seriesOf } from './series.ts';
import { findValues } from './values.ts';

export interface AskContext {
  db: Db;
  tenant: Tenant;
  /** Person id, or `everything`. */
  viewer: string;
  now: Temporal.Instant;
  /** From the configuration; undefined: the KPI's own. */
  target?: number | undefined;
  /** Assumptions that the configuration names for this KPI, beside its own. */
  scenarios?: Readonly<Record<string, unknown>> | undefined;
}

export type AskOutcome =
  | {
      kind: 'answered';
      result: KpiResult /** Since when and until when there is data at all. */;
      data: DateRange | null;
    }
  | { kind: 'unknown-value'; dimension: DimensionId; value: string; known: string[] }
  /** `known` is empty where the KPI can be counted in one way only. */
  | { kind: 'unknown-scenario'; scenario: string; known: string[] }
  /** An earlier belief was asked for, and the KPI keeps none. */
  | { kind: 'no-snapshots' }
  /** The KPI is for supervisors and above. */
  | { kind: 'not-permitted' };

/** Answers one question in one snapshot, with the viewer's rights. Every number of every surface comes from here. */
export function askKpi(context: AskContext, kpi: Kpi, question: KpiQuestion): Promise<AskOutcome> {
  const { tenant, viewer } = context;
  return readAs(context.db, { tenantId: tenant.tenantId, viewer }, async (reader) => {
    const asked = await scopeAsked(reader, context, kpi, question);
    if (asked.kind !== 'scoped') return asked;
    const { at, scope, dates, reach, shown, scenario, viewerScope } = asked;
    const series = await seriesGroups(reader, kpi, scope, question);
    // Levels of days do not add up to a level; what is additive is the sum of its buckets, and read once for both.
    const isApart = kpi.kind === 'stock' || kpi.totalHasMore === true || kpi.additive === false;
    const whole = isApart ? await total(reader, kpi, scope) : sumOf(series.groups);
    const coverage = coverageOf(dates, question, reach, at);
    const measured = measureCovered(kpi, whole, scope, reach);
    const currency = currencyOf(kpi, tenant);
    const by = question.by ?? kpi.board?.by ?? kpi.defaultBy ?? null;
    const breakdown =
      by && (await breakdownOf(reader, kpi, scope, by, { whole: measured, viewer: viewerScope, currency }));
    const hasCases = measured.weight > 0;
    const few = measured.evidence.kind === 'ratio' && measured.evidence.n > 0 && measured.evidence.n < fewCases;

    const result: KpiResult = {
      kpi: kpi.id,
      version: kpi.version,
      title: kpi.title,
      kind: kpi.kind,
      unit: kpi.unit,
      better: kpi.better,
      ...(currency === undefined ? {} : { currency }),
      ...(kpi.outOf === undefined ? {} : { outOf: kpi.outOf }),
      period: { from: dates.from, to: dates.to, timezone: tenant.timezone, label: dates.label, ...coverage },
      filters: shown,
      ...(scenario && { scenario: scenario.name }),
      ...(question.asOfDate !== undefined && { asOfDate: question.asOfDate }),
      scope: viewerScope,
      ...shownMeasure(kpi, measured, currency),
      ...(few && measured.evidence.kind === 'ratio'
        ? { interval: wilson(measured.evidence.successes, measured.evidence.n) }
        : {}),
      comparison: await comparisonOf(reader, kpi, scope, dates, {
        ...{ question, reach, measured, coverage, currency },
      }),
      target: targetOf(context.target ?? kpi.target, measured, kpi, currency),
      series: seriesOf(kpi, scope, { question, reach, currency }, series),
      distribution: kpi.distribution && hasCases ? kpi.distribution(whole) : null,
      ...(kpi.funnel && hasCases && { funnel: funnelOf(kpi.funnel(whole)) }),
      ...(kpi.matrix && hasCases && { matrix: kpi.matrix(whole) }),
      attention:
        kpi.attention && reach.data && question.attention !== false ? await kpi.attention(reader, scope) : null,
      records: question.records && kpi.records ? await kpi.records(reader, scope) : null,
      breakdown,
      freshness: freshnessOf(question, dates, reach, at),
      requires: requirementsOf(kpi, whole, measured, { reach, viewer: viewerScope }),
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

/** How far the data of an answer reaches. */
export function freshnessOf(
  question: KpiQuestion,
  dates: PeriodDates,
  reach: Reach,
  at: ReadAt,
): KpiResult['freshness'] {
  return {
    asOf: reach.asOf?.toString() ?? null,
    stale: isStale(question, dates, reach, at),
    pending: reach.pending,
    sources: reach.sources,
  };
}

/** What a question reads, or why it cannot be asked. */
export interface Asked {
  kind: 'scoped';
  at: ReadAt;
  scope: Scope;
  dates: PeriodDates;
  reach: Reach;
  /** Names of the chosen values by dimension. */
  shown: KpiResult['filters'];
  scenario: Scenario | undefined;
  viewerScope: KpiResult['scope'];
}

/** Finds the values, the scenario and the dates that a question means, with the rights of the reader. */
export async function scopeAsked(
  reader: Queryable,
  context: AskContext,
  kpi: Kpi,
  question: KpiQuestion,
): Promise<Asked | Exclude<AskOutcome, { kind: 'answered' }>> {
  const { tenant, now } = context;
  if (!(await mayAsk(reader, kpi))) return { kind: 'not-permitted' };
  if (question.asOfDate !== undefined && !kpi.snapshots) return { kind: 'no-snapshots' };
  const assumed = scenarioOf(kpi, question, context.scenarios ?? {});
  if (assumed.kind === 'unknown-scenario') return assumed;
  const { scenario } = assumed;
  const unsettled = await unsettledDays(reader, kpi.rollups, tenant, now);
  const standing = await standingOf(reader);
  const { operators } = standing;
  const at: ReadAt = { tenantId: tenant.tenantId, timezone: tenant.timezone, now, unsettled, operators };
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
  const dates = await askedDates(reader, kpi, question, { reach, at, weekStart: tenant.weekStart });
  const scope: Scope = {
    at,
    weekStart: tenant.weekStart,
    period: dates,
    filters,
    ...(scenario && { scenario }),
    ...(question.asOfDate !== undefined && { asOfDate: question.asOfDate }),
  };
  // What belongs to the company is the same for everybody who may see it.
  const viewerScope = isOfCompany(kpi) ? 'all' : scopeOf(standing);
  return { kind: 'scoped', at, scope, dates, reach, shown, scenario, viewerScope };
}

/** The default period of a level that is not known for its last day is today. */
async function askedDates(
  reader: Queryable,
  kpi: Kpi,
  question: KpiQuestion,
  { reach, at, weekStart }: { reach: Reach; at: ReadAt; weekStart: number },
): Promise<PeriodDates> {
  const dates = datesOf(question, reach, at, weekStart);
  if (question.period !== null || question.asOfDate !== undefined || !kpi.isKnownOn) return dates;
  if (await kpi.isKnownOn(reader, at, addDays(dates.to, -1))) return dates;
  return datesOf({ ...question, period: { kind: 'today' } }, reach, at, weekStart);
}

function scopeOf({ everything, role }: Standing): KpiResult['scope'] {
  if (everything) return 'all';
  return role === 'supervisor' ? 'teams' : 'own';
}

function isOfCompany({ audience, dimensions }: Kpi): boolean {
  return audience === 'supervisors' || dimensions.includes('stream');
}

/** Whoever sees only some records cannot be told that a source has none. */
function requirementsOf(
  kpi: Kpi,
  sums: Sums,
  measured: Measured,
  { reach, viewer }: { reach: Reach; viewer: KpiResult['scope'] },
): string[] {
  if (measured.value !== null || reach.sources.length === 0 || viewer !== 'all') return [];
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
  const unlike = unlikeLengths(kpi, evidence, dates);
  if (unlike) notes.push(`Compared per day: this period has ${unlike.days} days, the other ${unlike.other}.`);
  if (isPresentOnly(kpi, question)) {
    notes.push(
      `Only the latest ${kpi.presentOnly?.join(' and ')} is known: past days show what is so now, and are not compared.`,
    );
  }
  const cases = casesIn(evidence);
  if (cases !== null && cases > 0 && cases < fewCases) notes.push(`Few cases: only ${cases}.`);
  return notes;
}
