import { formatNumber } from '../../domain/format.ts';
import type { BreakdownRow, KpiResult, Unit } from '../../domain/kpi-result.ts';
import { describeBreakdown, describeDoughnut } from '../describe.ts';
import type { ChartSpec } from '../spec.ts';
import { chartValue, frameOf, measureOf } from './frame.ts';
import type { ChartFromResultOptions } from './options.ts';

/** More bars than this cannot be read on a phone. */
const maxBars = 9;

/** The result's rows beside each other, or as parts of a whole. */
export function breakdownChart(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
  if (!result.breakdown) return null;
  const { locale, preferred } = options;
  if (preferred === 'doughnut') {
    const doughnut = doughnutOf(result, result.breakdown, locale);
    if (doughnut) return doughnut;
  }
  const { by, rows, other } = result.breakdown;
  const all = other ? [...rows, other] : rows;
  // "Other" stands for what is not shown only while every row is shown.
  const cut = all.length > maxBars;
  const shown = (cut ? rows.slice(0, maxBars) : rows).map((row) => barOf(row, result.unit));
  if ([...shown, ...(other ? [barOf(other, result.unit)] : [])].every((bar) => bar.value === null)) return null;
  const place = (key: string | null) => placeIn(options.order, key);
  const bars = shown.sort((a, b) => place(a.key) - place(b.key) || (b.value ?? -Infinity) - (a.value ?? -Infinity));
  if (other && !cut) bars.push(barOf(other, result.unit));
  const values = bars.map((bar) => bar.value);
  const reference = options.reference && sharedPart(cut ? rows.slice(0, maxBars) : rows, options.reference.part);
  const frame = frameOf(result, locale, {
    kind: 'bar',
    title: titleOf(result, by),
    ...(cut && { note: `the ${maxBars} with most cases of ${rows.length}${other ? ' and more' : ''}` }),
    axis: 'category',
    labels: bars.map((bar) => bar.label),
    values,
    muted: bars.flatMap((bar, index) => (bar.rest ? [index] : [])),
    withTarget: result.unit !== 'count' && result.unit !== 'money',
  });
  const label = reference == null ? '' : `${options.reference?.label} ${formatNumber(reference, locale, 1)}`;
  const spec = reference == null ? frame : { ...frame, target: { value: reference, label } };
  return { ...spec, altText: describeBreakdown(spec, result.title, by) };
}

/** `SLA met, % by team`; a measure whose name says so already does not say it twice. */
function titleOf(result: KpiResult, by: string): string {
  const measure = measureOf(result);
  return measure.endsWith(` by ${by}`) ? measure : `${measure} by ${by}`;
}

/** What the rows all have for a part; null where they differ or one has none. */
function sharedPart(rows: readonly BreakdownRow[], part: string): number | null {
  const [first, ...others] = new Set(rows.map((row) => row.parts?.[part] ?? null));
  return others.length === 0 ? (first ?? null) : null;
}

/** A doughnut if the rows are parts that add up to the result itself; null where they are not. */
function doughnutOf(
  result: KpiResult,
  breakdown: NonNullable<KpiResult['breakdown']>,
  locale: string,
): ChartSpec | null {
  const { by, rows, other } = breakdown;
  const all = other ? [...rows, other] : rows;
  const slices = all.map((row) => ({ ...barOf(row, result.unit), key: row.key ?? '(other)' }));
  const values = slices.map(({ value }) => value);
  const whole = chartValue(result.value, result.unit);
  const total = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const parts = result.unit === 'count' || result.unit === 'money';
  if (!parts || !whole || values.some((value) => (value ?? 0) < 0)) return null;
  // Rows of tags and the like count a thing twice: their sum is no whole. Money may differ by its last binary digit.
  if (Math.abs(total - whole) > 1e-9 * whole) return null;
  const spec: ChartSpec = {
    ...frameOf(result, locale, {
      kind: 'doughnut',
      title: titleOf(result, by),
      axis: 'category',
      labels: slices.map(({ label }) => label),
      values,
      muted: slices.flatMap(({ rest }, index) => (rest ? [index] : [])),
      withTarget: false,
    }),
    keys: slices.map(({ key }) => key),
    ...(result.unit === 'money' && result.currency !== undefined && { unit: result.currency }),
  };
  return { ...spec, altText: describeDoughnut(spec, result.title, by) };
}

/** Its place in an order; behind all of it where it has none. */
function placeIn(order: readonly string[] = [], key: string | null): number {
  const place = order.indexOf(key ?? '');
  return place < 0 ? order.length : place;
}

function barOf(
  row: BreakdownRow,
  unit: Unit,
): { key: string | null; label: string; value: number | null; rest: boolean } {
  return { key: row.key, label: row.label || 'Not set', value: chartValue(row.value, unit), rest: row.key === null };
}
