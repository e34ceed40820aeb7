import { readAs } from '../db/viewer.ts';
import type { BreakdownRow, KpiResult, Measure } from '../domain/kpi-result.ts';
import { type AskContext, type AskOutcome, scopeAsked } from './ask.ts';
import { breakdownOf } from './breakdown.ts';
import type { DimensionId } from './dimensions.ts';
import type { Filter, Group, Kpi, Sums } from './kpi.ts';
import { currencyOf, measureCovered, shownMeasure, sumOf, total } from './measures.ts';
import type { KpiQuestion } from './question.ts';
import { valueFinder } from './values.ts';

/** The number of a question and nothing else that an answer has: no series, no comparison, no rows nobody asked for. */
export interface Measurement extends Pick<KpiResult, 'title' | 'unit' | 'currency' | 'outOf'> {
  period: Pick<KpiResult['period'], 'from' | 'to'>;
  whole: Measure;
  /** Of the question's `by`, every one that has something, however many; empty where it asks for none. */
  rows: readonly BreakdownRow[];
}

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
    const measurement = {
      ...headOf(kpi, scope.period, currency),
      ...{ whole: shownMeasure(kpi, whole, currency), rows: breakdown ? breakdown.rows : [] },
    };
    return { kind: 'measured', measurement };
  });
}

/** One question for each of many values of a dimension: `outcomeOf` says what `measureKpi` would with the filter of that value. */
export interface SharedMeasure {
  outcomeOf(value: string): MeasureOutcome | 'apart';
}

/**
 * Reads a question once, broken down by a dimension, for whoever asks it of single values of that dimension. What a value
 * means is found once for all of them. `apart`: it means several things whose numbers do not add up (persons count once):
 * it has to be asked by itself.
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
    const measured = (sums: Sums): MeasureOutcome => {
      const whole = shownMeasure(kpi, measureCovered(kpi, sums, scope, reach), currency);
      return { kind: 'measured', measurement: { ...headOf(kpi, scope.period, currency), whole, rows: [] } };
    };
    return {
      outcomeOf(value) {
        const found = find(value);
        if (found.kind === 'unknown') return { kind: 'unknown-value', dimension, value, known: found.known };
        const own = found.filter.values.flatMap((one) => groupsOf(groups, one));
        return own.length > 1 && !isSummable ? 'apart' : measured(sumOf(own));
      },
    };
  });
}

function headOf(kpi: Kpi, { from, to }: { from: string; to: string }, currency: string | undefined) {
  return {
    ...{ title: kpi.title, unit: kpi.unit, period: { from, to } },
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
