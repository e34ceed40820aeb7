import { formatDate, formatDateRange, formatNumber } from '../domain/format.ts';
import {
  type BreakdownRow,
  type KpiResult,
  type KpiValue,
  type SeriesPoint,
  scopePhrases,
  type Unit,
} from '../domain/kpi-result.ts';

import {
  describeBreakdown,
  describeDistribution,
  describeDoughnut,
  describeSeries,
  describeStacked,
} from './describe.ts';
import type { ChartKind, ChartSpec, ValueFormat } from './spec.ts';
import { formatTarget } from './value-format.ts';

export type ResultPart = 'series' | 'breakdown' | 'distribution';

export interface ChartFromResultOptions {
  locale: string;
  /** Which part of the result to show; without it the one that suits `preferred`, or else any that has something. */
  kind?: ResultPart;
  preferred: ChartKind;
  /** Parts of each point that make up a whole, with their names: what a series is stacked from, if `preferred` says so. */
  parts?: readonly { part: string; label: string }[];
  /** A part of the rows that is a line across their bars, where all of them have the same. */
  reference?: { part: string; label: string };
}

/** More bars than this cannot be read on a phone. */
const maxBars = 9;

/** The chart of a result, or null where there is nothing to draw: no data, no chart. Computes no number of its own. */
export function chartFromResult(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
  const draw: Record<ResultPart, () => ChartSpec | null> = {
    series: () => seriesChart(result, options),
    breakdown: () => breakdownChart(result, options),
    distribution: () => distributionChart(result, options.locale),
  };
  if (options.kind) return draw[options.kind]();
  for (const part of suited[options.preferred]) {
    const spec = draw[part]();
    if (spec) return spec;
  }
  return null;
}

const suited: Record<ChartKind, ResultPart[]> = {
  line: ['series', 'breakdown', 'distribution'],
  area: ['series', 'breakdown', 'distribution'],
  bar: ['breakdown', 'series', 'distribution'],
  stacked: ['series', 'breakdown', 'distribution'],
  grouped: ['series', 'breakdown', 'distribution'],
  doughnut: ['breakdown', 'series', 'distribution'],
  histogram: ['distribution', 'series', 'breakdown'],
};

/** How one series over time is drawn where it has no parts to stack, to group or to cut into slices. */
const seriesKinds: Record<ChartKind, ChartKind> = {
  line: 'line',
  area: 'area',
  bar: 'bar',
  stacked: 'bar',
  grouped: 'bar',
  histogram: 'line',
  doughnut: 'bar',
};

function seriesChart(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
  const { locale, preferred, parts } = options;
  const { grain, points } = result.series;
  if (preferred === 'stacked' && parts) return stackedSeries(result, locale, parts);
  const values = points.map((point) => chartValue(point.value, result.unit));
  if (values.every((value) => value === null)) return null;
  const additive = result.unit === 'count' || result.unit === 'money';
  const spec = frameOf(result, locale, {
    // One or two points make no line.
    kind: points.length < 3 ? 'bar' : seriesKinds[preferred],
    title: `${measureOf(result)} ${bucketWord(result, additive)} ${grain}`,
    axis: grain,
    labels: points.map((point) => point.at),
    values,
    ...unfinishedPoints(points),
    // The target of a sum is the period's, not a single bucket's.
    withTarget: !additive || result.kind === 'stock',
  });
  return { ...spec, altText: describeSeries(spec, result.title) };
}

/** The points whose values may still change, by their places. */
function unfinishedPoints(points: readonly SeriesPoint[]): { incomplete: number[]; immature: number[] } {
  const placesOf = (is: (point: SeriesPoint) => boolean) =>
    points.flatMap((point, index) => (is(point) ? [index] : []));
  return { incomplete: placesOf(({ complete }) => !complete), immature: placesOf(({ mature }) => mature === false) };
}

/** Counts of the parts on each other: what each bucket's value rests on. Null where there are none. */
function stackedSeries(
  result: KpiResult,
  locale: string,
  parts: NonNullable<ChartFromResultOptions['parts']>,
): ChartSpec | null {
  const { grain, points } = result.series;
  const series = parts.map(({ part, label }) => ({
    key: part,
    label,
    values: points.map((point) => point.parts?.[part] ?? null),
  }));
  if (series.every(({ values }) => values.every((value) => !value))) return null;
  const names = parts.map(({ label }) => label.toLowerCase()).join(', ');
  const spec: ChartSpec = {
    ...frameOf(result, locale, {
      kind: 'stacked',
      title: `${result.title}: ${names} per ${grain}`,
      axis: grain,
      labels: points.map((point) => point.at),
      values: [],
      ...unfinishedPoints(points),
      withTarget: false,
    }),
    format: 'count',
    series,
  };
  return { ...spec, altText: describeStacked(spec, result.title) };
}

function breakdownChart(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
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
  const bars = shown.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
  if (other && !cut) bars.push(barOf(other, result.unit));
  const values = bars.map((bar) => bar.value);
  const reference = options.reference && sharedPart(cut ? rows.slice(0, maxBars) : rows, options.reference.part);
  const frame = frameOf(result, locale, {
    kind: 'bar',
    title: `${measureOf(result)} by ${by}`,
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
  const slices = all.map((row) => ({ key: row.key ?? '(other)', ...barOf(row, result.unit) }));
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
      title: `${measureOf(result)} by ${by}`,
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

function distributionChart(result: KpiResult, locale: string): ChartSpec | null {
  if (!result.distribution) return null;
  const { title, bands } = result.distribution;
  if (bands.every((band) => band.count === 0)) return null;
  const spec = frameOf(result, locale, {
    kind: 'histogram',
    title: `${title}: number in each band`,
    axis: 'category',
    labels: bands.map((band) => band.label),
    values: bands.map((band) => band.count),
    withTarget: false,
  });
  return { ...spec, format: 'count', altText: describeDistribution({ ...spec, format: 'count' }, title) };
}

interface Content {
  kind: ChartKind;
  title: string;
  /** Said after the period. */
  note?: string;
  axis: ChartSpec['axis'];
  labels: string[];
  values: (number | null)[];
  incomplete?: number[];
  immature?: number[];
  muted?: number[];
  withTarget: boolean;
}

function frameOf(result: KpiResult, locale: string, content: Content): ChartSpec {
  const format = formatOf(result.unit);
  const target = content.withTarget && result.target ? chartValue(result.target.value, result.unit) : null;
  return {
    kind: content.kind,
    title: content.title,
    subtitle: subtitleOf(result, locale, content.note),
    format,
    labels: content.labels,
    axis: content.axis,
    // The headline number has one colour wherever it is drawn.
    series: [{ key: 'value', label: result.title, values: content.values }],
    incomplete: content.incomplete ?? [],
    ...(content.immature && content.immature.length > 0 && { immature: content.immature }),
    ...(content.muted && content.muted.length > 0 && { muted: content.muted }),
    target: target === null ? null : { value: target, label: `target ${formatTarget(target, format, locale)}` },
    footer: footerOf(result, locale),
    locale,
    altText: '',
  };
}

function subtitleOf(result: KpiResult, locale: string, note: string | undefined): string {
  const { from, to, timezone } = result.period;
  const filters = Object.entries(result.filters).map(([name, value]) => `${name}: ${value}`);
  return [
    formatDateRange(from, to, { locale }),
    timezone,
    ...scopePhrases(result),
    ...filters,
    ...(note ? [note] : []),
  ].join(', ');
}

/** `Source: crm · as of 15 Nov 2026, 08:25`, in the period's time zone. */
function footerOf(result: KpiResult, locale: string): string {
  const { asOf, sources, stale } = result.freshness;
  const names = [...new Set(sources.map((source) => source.source))];
  const listed = names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
  const as = asOf === null ? 'as of unknown' : `as of ${asOfText(asOf, result.period.timezone, locale)}`;
  return [...(listed ? [`Source: ${listed}`] : []), stale ? `${as}, late` : as].join(' · ');
}

function asOfText(asOf: string, timezone: string, locale: string): string {
  const local = Temporal.Instant.from(asOf).toZonedDateTimeISO(timezone);
  const clock = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${formatDate(local.toPlainDate().toString(), { year: true, locale })}, ${clock}`;
}

/** `SLA met, %`: the measure with its unit; counts are counts by their name, durations carry units in every value. */
function measureOf(result: KpiResult): string {
  const { title, unit } = result;
  switch (unit) {
    case 'ratio':
      return `${title}, %`;
    case 'count':
    case 'duration':
    case 'hours':
    case 'days':
      return title;
    case 'money':
      return result.currency ? `${title}, ${result.currency}` : title;
    case 'score':
      return result.outOf === undefined ? `${title}, score` : `${title}, score of ${result.outOf},`;
    case 'points':
      return `${title}, points`;
  }
}

function bucketWord(result: KpiResult, additive: boolean): string {
  if (result.kind === 'stock') return 'at the end of each';
  return additive ? 'per' : 'by';
}

function barOf(row: BreakdownRow, unit: Unit): { label: string; value: number | null; rest: boolean } {
  return { label: row.label || 'Not set', value: chartValue(row.value, unit), rest: row.key === null };
}

function formatOf(unit: Unit): ValueFormat {
  if (unit === 'ratio') return 'percent';
  if (unit === 'count' || unit === 'points') return unit;
  return unit === 'duration' || unit === 'hours' || unit === 'days' ? 'duration' : 'number';
}

/** The value as the chart's format counts it: time in seconds, money as a number. */
function chartValue(value: KpiValue, unit: Unit): number | null {
  if (value === null) return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return null;
  if (unit === 'hours') return number * 3600;
  return unit === 'days' ? number * 86_400 : number;
}
