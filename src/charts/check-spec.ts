import { CremaError } from '../lib/errors.ts';
import type { ChartSpec } from './spec.ts';

export const maxSeries = 6;
/** More points than pixels say nothing, and a runaway query must not occupy a worker. */
export const maxLabels = 2_000;
const axes = ['hour', 'day', 'week', 'month', 'category'];
const kinds = ['line', 'area', 'bar', 'histogram'];
const formats = ['percent', 'count', 'duration', 'number'];

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
  if (spec.series.length > maxSeries) yield `${spec.series.length} series, at most ${maxSeries}`;
  if (spec.kind === 'histogram' && spec.series.length > 1) yield 'a histogram shows one series';
  if (new Set(spec.series.map((series) => series.key)).size < spec.series.length) yield 'series keys are not unique';
  for (const series of spec.series) {
    if (series.values.length !== count) {
      yield `series ${series.key} has ${series.values.length} values for ${count} labels`;
    }
    const odd = series.values.find((value) => value !== null && !Number.isFinite(value));
    if (odd !== undefined) yield `series ${series.key} holds ${odd}, values are finite numbers or null`;
  }
  if (spec.target && !Number.isFinite(spec.target.value)) yield `target is ${spec.target.value}`;
  for (const index of [...spec.incomplete, ...(spec.muted ?? [])]) {
    if (!Number.isInteger(index) || index < 0 || index >= count) yield `index ${index} is outside the labels`;
  }
  if (spec.axis !== 'category') {
    const odd = spec.labels.find((label) => !isDate(label));
    if (odd !== undefined) yield `label ${JSON.stringify(odd)} is no date`;
  }
  if (!isLocale(spec.locale)) yield `unknown locale ${spec.locale}`;
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
