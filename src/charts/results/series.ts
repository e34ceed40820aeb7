import { leadIn } from '../../domain/format.ts';
import type { KpiResult, SeriesPoint } from '../../domain/kpi-result.ts';
import { describeGrouped, describeSeries, describeStacked } from '../describe.ts';
import type { ChartKind, ChartSpec } from '../spec.ts';
import { chartValue, formatOf, frameOf, measureOf } from './frame.ts';
import type { ChartFromResultOptions } from './options.ts';

/** How one series over time is drawn where it has no parts to stack, to group or to cut into slices. */
const seriesKinds: Record<ChartKind, ChartKind> = {
  line: 'line',
  step: 'step',
  area: 'area',
  bar: 'bar',
  stacked: 'bar',
  grouped: 'bar',
  histogram: 'line',
  doughnut: 'bar',
  funnel: 'bar',
  heatmap: 'line',
  multiples: 'line',
};

/** The result's value over time, or the parts it is made of. */
export function seriesChart(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
  const { locale, preferred, parts, lines } = options;
  const { grain, points } = result.series;
  if (preferred === 'stacked' && parts) return stackedSeries(result, locale, parts);
  if (lines) return linesOfParts(result, locale, lines);
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

/** Several parts as lines of one picture, the headline among them as `value`; in the unit of the first. Null without any. */
function linesOfParts(
  result: KpiResult,
  locale: string,
  lines: NonNullable<ChartFromResultOptions['lines']>,
): ChartSpec | null {
  const { grain, points } = result.series;
  const unit = lines[0]?.unit ?? result.unit;
  const series = lines.map(({ part, label }) => ({
    key: part,
    label,
    values: points.map((point) => chartValue(part === 'value' ? point.value : (point.parts?.[part] ?? null), unit)),
  }));
  if (series.every(({ values }) => values.every((value) => value === null))) return null;
  const frame = frameOf(result, locale, {
    kind: points.length < 3 ? 'grouped' : 'line',
    title: `${leadIn(result.title)} by ${grain}`,
    axis: grain,
    labels: points.map((point) => point.at),
    values: [],
    ...unfinishedPoints(points),
    withTarget: false,
  });
  const spec: ChartSpec = { ...frame, format: formatOf(unit), series, endValues: true };
  return { ...spec, altText: describeGrouped(spec, result.title) };
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

function bucketWord(result: KpiResult, additive: boolean): string {
  if (result.kind === 'stock') return 'at the end of each';
  return additive ? 'per' : 'by';
}
