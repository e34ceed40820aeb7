import { formatDate, formatPercent } from '../domain/format.ts';
import type { ChartSpec } from './spec.ts';
import { formatLabel } from './value-format.ts';

/** Slack takes no more as alternative text. */
const maxLength = 2_000;

/** What a line, an area or bars over time show: newest, lowest, highest and the way from the first value to the newest. */
export function describeSeries(spec: ChartSpec, measure: string): string {
  const points = spec.labels.flatMap((label, index) => {
    const value = spec.series[0]?.values[index] ?? null;
    return value === null ? [] : [{ value, at: bucketName(label, spec), complete: !spec.incomplete.includes(index) }];
  });
  const complete = points.filter((point) => point.complete);
  const counted = complete.length > 0 ? complete : points;
  const first = counted[0];
  const latest = counted.at(-1);
  if (!first || !latest) return '';
  const say = (point: { value: number; at: string }) => `${print(point.value, spec)} (${point.at})`;
  const lowest = counted.reduce((a, b) => (b.value < a.value ? b : a));
  const highest = counted.reduce((a, b) => (b.value > a.value ? b : a));
  const parts = [`latest ${say(latest)}`];
  if (counted.length > 1) parts.push(`lowest ${say(lowest)}`, `highest ${say(highest)}`, trend(first, latest, say));
  const open = points.some((point) => !point.complete) ? ' A bucket that is not complete is shown apart.' : '';
  return sentence(`${opening(spec, measure)}: ${parts.join(', ')}.${target(spec)}${open}`);
}

/** What bars by name show: each name with its value. */
export function describeBreakdown(spec: ChartSpec, measure: string, by: string): string {
  const bars = spec.labels.map((label, index) => {
    const value = spec.series[0]?.values[index] ?? null;
    return `${label} ${value === null ? 'no data' : print(value, spec)}`;
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

const names = { line: 'Line chart', area: 'Area chart', bar: 'Bar chart', histogram: 'Histogram' } as const;

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
