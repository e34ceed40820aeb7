import { readAs } from '../db/viewer.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { type AskContext, type Asked, type AskOutcome, freshnessOf, scopeAsked } from './ask.ts';
import { breakdownOf } from './breakdown.ts';
import { coverageOf } from './coverage.ts';
import type { DimensionId } from './dimensions.ts';
import type { Filter, Group, Kpi, Sums } from './kpi.ts';
import { currencyOf, measureCovered, shownMeasure, sumOf, total } from './measures.ts';
import type { KpiQuestion } from './question.ts';
import { seriesGroups, seriesOf } from './series.ts';
import { valueFinder } from './values.ts';

/** The number of a question and nothing else that an answer has: no series, no comparison, no rows nobody asked for. */
export type Measurement = Pick<
  KpiResult,
  'kpi' | 'title' | 'unit' | 'currency' | 'outOf' | 'period' | 'freshness' | 'value' | 'numerator' | 'denominator'
> & {
  /** Of the question's `by`, with every row that has something, however many; null where it asks for none. */
  breakdown: Pick<NonNullable<KpiResult['breakdown']>, 'rows'> | null;
};

export type MeasureOutcome = { kind: 'measured'; measurement: Measurement } | Exclude<AskOutcome, { kind: 'answered' }>;

/** The same numbers as `askKpi`, for whoever watches them: in one snapshot, with the viewer's rights. */
export function measureKpi(context: AskContext, kpi: Kpi, question: KpiQuestion): Promise<MeasureOutcome> {
  return readAs(context.db, { tenantId: context.tenant.tenantId, viewer: context.viewer }, async (reader) => {
    const asked = await scopeAsked(reader, context, kpi, question);
    if (asked.kind !== 'scoped') return asked;
    const { scope, reach, viewerScope } = asked;
    const whole = measureCovered(kpi, await total(reader, kpi, scope), scope, reach);
    const currency = currencyOf(kpi, context.tenant);
    const { by } = question;
    const breakdown =
      by &&
      (await breakdownOf(reader, kpi, scope, by, {
        ...{ whole, viewer: viewerScope, currency, most: Number.POSITIVE_INFINITY },
      }));
    const head = headOf(context, kpi, question, asked);
    return { kind: 'measured', measurement: { ...head, ...shownMeasure(kpi, whole, currency), breakdown } };
  });
}

export type SeriesOutcome = { kind: 'series'; series: KpiResult['series'] } | Exclude<AskOutcome, { kind: 'answered' }>;

/** The same points as `askKpi`'s series, and nothing else, for whoever looks back on days. */
export function seriesOfKpi(context: AskContext, kpi: Kpi, question: KpiQuestion): Promise<SeriesOutcome> {
  return readAs(context.db, { tenantId: context.tenant.tenantId, viewer: context.viewer }, async (reader) => {
    const asked = await scopeAsked(reader, context, kpi, question);
    if (asked.kind !== 'scoped') return asked;
    const { scope, reach } = asked;
    const groups = await seriesGroups(reader, kpi, scope, question);
    const currency = currencyOf(kpi, context.tenant);
    return { kind: 'series', series: seriesOf(kpi, scope, { question, reach, currency }, groups) };
  });
}

export type AttentionOutcome =
  | ({ kind: 'attention' } & Pick<KpiResult, 'attention' | 'freshness'>)
  | Exclude<AskOutcome, { kind: 'answered' }>;

/** What needs a person now, as `askKpi` says it beside the number, without the number. */
export function attentionOfKpi(context: AskContext, kpi: Kpi, question: KpiQuestion): Promise<AttentionOutcome> {
  return readAs(context.db, { tenantId: context.tenant.tenantId, viewer: context.viewer }, async (reader) => {
    const asked = await scopeAsked(reader, context, kpi, question);
    if (asked.kind !== 'scoped') return asked;
    const { at, scope, dates, reach } = asked;
    const attention = kpi.attention && reach.data ? await kpi.attention(reader, scope) : null;
    return { kind: 'attention', attention, freshness: freshnessOf(question, dates, reach, at) };
  });
}

/** One question for each of many values of a dimension: `outcomeOf` says what `measureKpi` would with the filter of that value. */
export interface SharedMeasure {
  outcomeOf(value: string): MeasureOutcome | 'apart';
}

/**
 * Reads a question once, broken down by a dimension, for whoever asks it of single values of that dimension. What a value
 * means is found once for all of them. `apart`: it means several things, or nothing that is there, of numbers that
 * do not add up (persons count once): it has to be asked by itself.
 */
export function measureValues(
  context: AskContext,
  kpi: Kpi,
  question: KpiQuestion,
  dimension: DimensionId,
): Promise<SharedMeasure> {
  return readAs(context.db, { tenantId: context.tenant.tenantId, viewer: context.viewer }, async (reader) => {
    const asked = await scopeAsked(reader, context, kpi, question);
    if (asked.kind !== 'scoped') return { outcomeOf: () => asked };
    const { scope, reach } = asked;
    const find = await valueFinder(reader, context.tenant.tenantId, kpi, dimension);
    const groups = Map.groupBy(await kpi.query(reader, scope, { kind: 'breakdown', by: dimension }), keyOf);
    const currency = currencyOf(kpi, context.tenant);
    const isSummable = kpi.additive !== false && kpi.kind !== 'stock';
    const head = headOf(context, kpi, question, asked);
    const measured = (sums: Sums): MeasureOutcome => {
      const whole = shownMeasure(kpi, measureCovered(kpi, sums, scope, reach), currency);
      return { kind: 'measured', measurement: { ...head, ...whole, breakdown: null } };
    };
    return {
      outcomeOf(value) {
        const found = find(value);
        if (found.kind === 'unknown') return { kind: 'unknown-value', dimension, value, known: found.known };
        const own = found.filter.values.flatMap((one) => groupsOf(groups, one));
        return own.length !== 1 && !isSummable ? 'apart' : measured(sumOf(own));
      },
    };
  });
}

function headOf(
  { tenant }: AskContext,
  kpi: Kpi,
  question: KpiQuestion,
  { dates, reach, at }: Asked,
): Pick<Measurement, 'kpi' | 'title' | 'unit' | 'currency' | 'outOf' | 'period' | 'freshness'> {
  const currency = currencyOf(kpi, tenant);
  const { from, to, label } = dates;
  return {
    ...{ kpi: kpi.id, title: kpi.title, unit: kpi.unit },
    period: { from, to, timezone: tenant.timezone, label, ...coverageOf(dates, question, reach, at) },
    freshness: freshnessOf(question, dates, reach, at),
    ...(currency === undefined ? {} : { currency }),
    ...(kpi.outOf === undefined ? {} : { outOf: kpi.outOf }),
  };
}

function keyOf({ key }: Group): string {
  return key ?? '';
}

/** The same id in another source is another thing; a value without a source is meant in all of them. */
function groupsOf(groups: ReadonlyMap<string, Group[]>, { source, key }: Filter['values'][number]): Group[] {
  const found = groups.get(key) ?? [];
  return source === null ? found : found.filter((group) => group.source === source);
}
