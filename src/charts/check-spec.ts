import { CremaError } from '../lib/errors.ts';
import type { ChartSpec } from './spec.ts';

export const maxSeries = 6;
/** More points than pixels say nothing, and a runaway query must not occupy a worker. */
export const maxLabels = 2_000;
const axes = ['hour', 'day', 'week', 'month', 'category'];
/** More cells than this are no picture but noise. */
export const maxCells = { rows: 24, columns: 60 } as const;
export const maxStages = 8;
export const maxPanels = 8;
const kinds = [
  'line',
  'step',
  'area',
  'bar',
  'stacked',
  'grouped',
  'histogram',
  'doughnut',
  'funnel',
  'heatmap',
  'multiples',
];
const formats = ['percent', 'count', 'duration', 'points', 'number'];

/**
 * Refuses a spec that cannot be drawn, before a worker sees it.
 * @throws CremaError `CHART_SPEC_INVALID` that says every problem found
 */
export function checkSpec(spec: ChartSpec): void {
  const problems = [...problemsOf(spec)];
  if (problems.length === 0) return;
  throw new CremaError('CHART_SPEC_INVALID', `chart "${String(spec?.title).slice(0, 60)}": ${problems.join('; ')}`);
}

function* problemsOf(spec: ChartSpec): Generator<string> {
  if (!kinds.includes(spec.kind)) yield `unknown kind ${spec.kind}`;
  if (!axes.includes(spec.axis)) yield `unknown axis ${spec.axis}`;
  if (!formats.includes(spec.format)) yield `unknown value format ${spec.format}`;
  const count = spec.labels.length;
  if (count === 0) yield 'no labels';
  if (count > maxLabels) yield `${count} labels, at most ${maxLabels}`;
  if (spec.series.length === 0) yield 'no series';
  if (spec.series.length > maxSeries && spec.kind !== 'heatmap' && spec.kind !== 'multiples')
    yield `${spec.series.length} series, at most ${maxSeries}`;
  if (new Set(spec.series.map((series) => series.key)).size < spec.series.length) yield 'series keys are not unique';
  for (const series of spec.series) {
    if (series.values.length !== count) {
      yield `series ${series.key} has ${series.values.length} values for ${count} labels`;
    }
    const odd = series.values.find((value) => value !== null && !Number.isFinite(value));
    if (odd !== undefined) yield `series ${series.key} holds ${odd}, values are finite numbers or null`;
  }
  if (spec.target && !Number.isFinite(spec.target.value)) yield `target is ${spec.target.value}`;
  for (const index of [...spec.incomplete, ...(spec.immature ?? []), ...(spec.muted ?? [])]) {
    if (!Number.isInteger(index) || index < 0 || index >= count) yield `index ${index} is outside the labels`;
  }
  if (spec.axis !== 'category') {
    const odd = spec.labels.find((label) => !isDate(label));
    if (odd !== undefined) yield `label ${JSON.stringify(odd)} is no date`;
  }
  if (spec.keys && spec.keys.length !== count) yield `${spec.keys.length} keys for ${count} labels`;
  if (!isLocale(spec.locale)) yield `unknown locale ${spec.locale}`;
  yield* problemsOfKind(spec);
}

function* problemsOfKind(spec: ChartSpec): Generator<string> {
  const { kind, series } = spec;
  const parts = kind === 'stacked' || kind === 'doughnut' || kind === 'funnel';
  const single = kind === 'histogram' || kind === 'doughnut' || kind === 'funnel';
  if (single && series.length > 1) yield `a ${kind} shows one series`;
  for (const { key, values } of parts ? series : []) {
    const negative = values.find((value) => (value ?? 0) < 0);
    if (negative !== undefined) yield `series ${key} holds ${negative}, parts of a total are not negative`;
  }
  if (kind === 'funnel' || kind === 'heatmap') {
    if (spec.axis !== 'category') yield `a ${kind} has names, not the buckets of axis ${spec.axis}`;
    if (spec.target) yield `a ${kind} has no target`;
  }
  if (kind === 'funnel') {
    const { length } = spec.labels;
    if (length > maxStages) yield `${length} stages, at most ${maxStages}`;
    if (series[0]?.values.every((value) => !value)) yield 'nobody came to any stage';
  }
  if (kind === 'heatmap') yield* problemsOfCells(spec);
  if (kind === 'multiples') yield* problemsOfPanels(spec);
  if (kind !== 'doughnut') return;
  const total = (series[0]?.values ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  if (total === 0) yield 'the slices add up to 0, so there is no whole to show parts of';
  if (new Set(spec.keys ?? spec.labels).size < spec.labels.length) yield 'keys of the slices are not unique';
  if (spec.axis !== 'category') yield `slices are names, not the buckets of axis ${spec.axis}`;
  if (spec.target) yield 'a doughnut has no target';
  if (spec.incomplete.length + (spec.immature?.length ?? 0) > 0) yield 'a doughnut has no unfinished buckets';
}

function* problemsOfCells({ labels, series, window }: ChartSpec): Generator<string> {
  if (series.length > maxCells.rows) yield `${series.length} rows, at most ${maxCells.rows}`;
  if (labels.length > maxCells.columns) yield `${labels.length} columns, at most ${maxCells.columns}`;
  if (series.every(({ values }) => values.every((value) => value === null))) yield 'no cell has a value';
  if (!window) return;
  const spans = [
    [window.rows, series.length],
    [window.columns, labels.length],
  ] as const;
  for (const [[from, to], count] of spans) {
    if (!(from >= 0 && from <= to && to < count)) yield `the window ${from} to ${to} is outside the cells`;
  }
}

function* problemsOfPanels({ series, panels = [], labels, axis, target }: ChartSpec): Generator<string> {
  if (series.length > maxPanels) yield `${series.length} panels, at most ${maxPanels}`;
  if (panels.length !== series.length) yield `${panels.length} panels for ${series.length} series`;
  if (axis === 'category') yield 'small multiples are over time';
  if (target) yield 'targets of small multiples are those of their panels';
  for (const { format, target: aim, unfinished, about } of panels) {
    if (!formats.includes(format)) yield `unknown value format ${format}`;
    if (aim !== null && !Number.isFinite(aim)) yield `target is ${aim}`;
    const odd = [...unfinished, ...about].find(
      (index) => !(Number.isInteger(index) && index >= 0 && index < labels.length),
    );
    if (odd !== undefined) yield `index ${odd} is outside the labels`;
  }
}

function isDate(label: string): boolean {
  try {
    Temporal.PlainDateTime.from(label);
    return true;
  } catch {
    return false;
  }
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
