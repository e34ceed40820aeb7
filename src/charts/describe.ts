import { formatDate, formatPercent } from '../domain/format.ts';
import { inSeriesOrder } from './palette.ts';
import { slicesOf } from './slices.ts';
import type { ChartKind, ChartSeries, ChartSpec } from './spec.ts';
import { type Unfinished, unfinishedOf } from './unfinished.ts';
import { formatLabel, formatShare } from './value-format.ts';

/** Slack takes no more as alternative text. */
const maxLength = 2_000;

/** What a line, an area or bars over time show: newest, lowest, highest and the way from the first value to the newest. */
export function describeSeries(spec: ChartSpec, measure: string): string {
  const summary = summaryOf(spec, spec.series[0]?.values ?? []);
  return summary && sentence(`${opening(spec, measure)}: ${summary}.${target(spec)}${unfinished(spec)}`);
}

/** What small multiples show: each number with where it came from. */
export function describeMultiples(spec: ChartSpec): string {
  const said = spec.series.map(({ label, values }, index) => {
    const panel = spec.panels?.[index];
    const own: ChartSpec = { ...spec, format: panel?.format ?? spec.format, incomplete: panel?.unfinished ?? [] };
    return `${label} ${panel?.value ?? ''}: ${summaryOf(own, values) || 'no data'}`;
  });
  return sentence(`${opening(spec, `${spec.series.length} numbers`)}. ${said.join('. ')}.`);
}

/** What stacked bars show: the totals as a series over time, or one by one by name, and the parts of the newest. */
export function describeStacked(spec: ChartSpec, measure: string): string {
  const parts = inSeriesOrder(spec.series);
  const totals = spec.labels.map((_, index) =>
    parts.reduce<number | null>((sum, { values }) => add(sum, values[index] ?? null), 0),
  );
  const partsOf = (index: number) => listOf(spec, parts, index);
  if (spec.axis === 'category') {
    const bars = spec.labels.map((label, index) => `${label} ${printOr(totals[index]!, spec)} (${partsOf(index)})`);
    return sentence(`${opening(spec, measure)}: ${bars.join('; ')}.${target(spec)}`);
  }
  const summary = summaryOf(spec, totals);
  const index = newestFinished(spec, totals);
  const newest = index >= 0 ? ` ${capital(bucketName(spec.labels[index]!, spec))}: ${partsOf(index)}.` : '';
  return sentence(
    `${opening(spec, measure)}: ${summary ? `total ${summary}` : 'no total'}.${newest}${target(spec)}${unfinished(spec)}`,
  );
}

/** What grouped bars show: every series as one over time, or by name. */
export function describeGrouped(spec: ChartSpec, measure: string): string {
  const parts = inSeriesOrder(spec.series);
  const said =
    spec.axis === 'category'
      ? spec.labels.map((label, index) => `${label}: ${listOf(spec, parts, index)}`)
      : parts.map(({ label, values }) => `${label}: ${summaryOf(spec, values) || 'no data'}`);
  return sentence(`${opening(spec, measure)}. ${said.join('. ')}.${target(spec)}${unfinished(spec)}`);
}

/** What a doughnut shows: the total, then each slice with its value and share. */
export function describeDoughnut(spec: ChartSpec, measure: string, by: string): string {
  const { slices, total } = slicesOf(spec);
  const said = slices.map(
    ({ label, value, share }) => `${label} ${print(value, spec)} (${formatShare(share, spec.locale)})`,
  );
  const unit = spec.unit ? ` ${spec.unit}` : '';
  return sentence(
    `${opening(spec, `${measure} by ${by}`)}: total ${print(total, spec)}${unit}, of which ${said.join(', ')}.`,
  );
}

function listOf(spec: ChartSpec, series: readonly ChartSeries[], index: number): string {
  return series.map(({ label, values }) => `${label} ${printOr(values[index] ?? null, spec)}`).join(', ');
}

/** A sum with an unknown part is not known. */
function add(sum: number | null, part: number | null): number | null {
  return sum === null || part === null ? null : sum + part;
}

function newestFinished(spec: ChartSpec, values: readonly (number | null)[]): number {
  const open = unfinishedOf(spec);
  const finished = values.findLastIndex((value, index) => value !== null && !open.has(index));
  return finished >= 0 ? finished : values.findLastIndex((value) => value !== null);
}

/** Newest, lowest, highest and the way there of what is finished; '' where there is no value. */
function summaryOf(spec: ChartSpec, values: readonly (number | null)[]): string {
  const open = unfinishedOf(spec);
  const points = spec.labels.flatMap((label, index) => {
    const value = values[index] ?? null;
    return value === null ? [] : [{ value, at: bucketName(label, spec), finished: !open.has(index) }];
  });
  const finished = points.filter((point) => point.finished);
  const counted = finished.length > 0 ? finished : points;
  const first = counted[0];
  const latest = counted.at(-1);
  if (!first || !latest) return '';
  const say = (point: { value: number; at: string }) => `${print(point.value, spec)} (${point.at})`;
  const lowest = counted.reduce((a, b) => (b.value < a.value ? b : a));
  const highest = counted.reduce((a, b) => (b.value > a.value ? b : a));
  const parts = [`latest ${say(latest)}`];
  if (counted.length > 1) parts.push(`lowest ${say(lowest)}`, `highest ${say(highest)}`, trend(first, latest, say));
  return parts.join(', ');
}

/** Says which buckets are drawn apart, and why. */
function unfinished(spec: ChartSpec): string {
  const shown = [...unfinishedOf(spec)].filter(([index]) => spec.series.some(({ values }) => values[index] != null));
  const of = (why: Unfinished) => shown.flatMap(([index, reason]) => (reason === why ? [index] : []));
  const [incomplete, immature] = [of('incomplete'), of('immature')];
  return [
    incomplete.length > 0 ? ` ${bucketList(incomplete, spec)}: not complete, shown apart.` : '',
    immature.length > 0 ? ` ${bucketList(immature, spec)}, hatched: not all cases are decided yet.` : '',
  ].join('');
}

/** `14 Nov`, or from the first to the last of several. */
function bucketList(indices: readonly number[], spec: ChartSpec): string {
  const [first, last] = [Math.min(...indices), Math.max(...indices)].map((index) =>
    bucketName(spec.labels[index]!, spec),
  );
  return capital(first === last ? first! : `${first} to ${last}`);
}

/** What bars by name show: each name with its value. */
export function describeBreakdown(spec: ChartSpec, measure: string, by: string): string {
  const bars = spec.labels.map((label, index) => {
    const value = spec.series[0]?.values[index] ?? null;
    return `${label} ${printOr(value, spec)}`;
  });
  return sentence(`${opening(spec, `${measure} by ${by}`)}: ${bars.join(', ')}.${target(spec)}`);
}

/** What a histogram shows: each band with its count and share. */
export function describeDistribution(spec: ChartSpec, measure: string): string {
  const counts = spec.series[0]?.values.map((value) => value ?? 0) ?? [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bands = spec.labels.map(
    (label, index) =>
      `${label} ${print(counts[index]!, spec)} (${formatPercent(total > 0 ? counts[index]! / total : 0, spec.locale)})`,
  );
  return sentence(`${opening(spec, measure)}: ${bands.join(', ')}.`);
}

/** What a funnel shows: every stage with its count and its part of the one before, and how many came all the way. */
export function describeFunnel(spec: ChartSpec, measure: string): string {
  const counts = spec.series[0]?.values.map((value) => value ?? 0) ?? [];
  const share = (count: number, of: number | undefined, what: string) =>
    of === undefined || of === 0 ? '' : ` (${formatShare(count / of, spec.locale)} of ${what})`;
  const stages = spec.labels.map((label, index) => {
    const count = counts[index]!;
    return `${label} ${print(count, spec)}${share(count, counts[index - 1], spec.labels[index - 1] ?? '')}`;
  });
  const [first, last] = [counts[0]!, counts.at(-1)!];
  const whole =
    counts.length > 2 && first > 0 ? ` In all ${formatShare(last / first, spec.locale)} of ${spec.labels[0]}.` : '';
  return sentence(`${opening(spec, measure)}: ${stages.join(', ')}.${whole}`);
}

/** What a heatmap shows: its rows and columns, the outlined window, the highest and the lowest cells. */
export function describeHeatmap(spec: ChartSpec, measure: string): string {
  const cells = spec.series.flatMap(({ label, values }) =>
    values.flatMap((value, column) => (value === null ? [] : [{ value, at: `${label} ${spec.labels[column]}` }])),
  );
  const sorted = cells.toSorted((a, b) => b.value - a.value);
  const say = ({ value, at }: (typeof cells)[number]) => `${at} ${print(value, spec)}`;
  const size = `${spec.series.length} rows (${ends(spec.series.map(({ label }) => label))}), ${spec.labels.length} columns (${ends(spec.labels)})`;
  const window = spec.window ? ` Outlined: ${spec.window.label}.` : '';
  const lowest = sorted.at(-1);
  return sentence(
    `${opening(spec, measure)}: ${size}.${window} Highest: ${sorted.slice(0, 3).map(say).join(', ')}.${lowest && sorted.length > 3 ? ` Lowest: ${say(lowest)}.` : ''}`,
  );
}

function ends(names: readonly string[]): string {
  return names.length > 1 ? `${names[0]} to ${names.at(-1)}` : (names[0] ?? '');
}

const names: Record<ChartKind, string> = {
  line: 'Line chart',
  step: 'Step line chart',
  area: 'Area chart',
  bar: 'Bar chart',
  stacked: 'Stacked bar chart',
  grouped: 'Grouped bar chart',
  histogram: 'Histogram',
  doughnut: 'Doughnut chart',
  funnel: 'Funnel',
  heatmap: 'Heatmap',
  multiples: 'Small charts',
};

function opening(spec: ChartSpec, measure: string): string {
  return `${names[spec.kind]} of ${measure}, ${spec.subtitle}`;
}

function target(spec: ChartSpec): string {
  return spec.target ? ` The ${spec.target.label} is marked.` : '';
}

interface Point {
  value: number;
  at: string;
}

function trend(first: Point, latest: Point, say: (point: Point) => string): string {
  if (latest.value === first.value) return `as at the start (${first.at})`;
  return `${latest.value > first.value ? 'up' : 'down'} from ${say(first)}`;
}

function print(value: number, spec: ChartSpec): string {
  return formatLabel(value, spec.format, spec.locale);
}

function printOr(value: number | null, spec: ChartSpec): string {
  return value === null ? 'no data' : print(value, spec);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function bucketName(label: string, spec: ChartSpec): string {
  const { axis, locale } = spec;
  if (axis === 'category') return label;
  const date = formatDate(label.slice(0, 10), { locale });
  if (axis === 'hour') return `${date} ${label.slice(11, 16)}`;
  if (axis === 'week') return `week of ${date}`;
  if (axis === 'day') return date;
  const time = Temporal.PlainDate.from(label);
  return `${time.toLocaleString(locale, { month: 'short' })} ${time.year}`;
}

function sentence(text: string): string {
  // A cut through a character would leave half of one at the end.
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
