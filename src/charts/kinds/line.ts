import type { ChartConfiguration, ChartDataset, Plugin, ScriptableLineSegmentContext } from 'chart.js';
import { shadesOf } from '../palette.ts';
import { assemble } from '../parts/assemble.ts';
import { labelScale, valueScale } from '../parts/axes.ts';
import { endLabelRoom, endLabelsPlugin, type PointLabel, pointLabelPlugin } from '../parts/end-labels.ts';
import { frame } from '../parts/frame.ts';
import { targetAcross, targetLabels } from '../parts/target.ts';
import type { ChartSeries, ChartSpec } from '../spec.ts';
import { incompleteDash, ink, paper } from '../theme.ts';
import { type ValueAxis, valueAxis } from '../value-axis.ts';
import { formatLabel } from '../value-format.ts';

/** Dots on every point help the eye up to about two weeks of them. */
const dottedUpTo = 14;

/** Lines over time or over ordered names. Zero is in view where the values are not far above it. */
export function lineChart(spec: ChartSpec, family: string): ChartConfiguration {
  const shown = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
  const axis = valueAxis([...shown, ...(spec.target ? [spec.target.value] : [])], spec.format, { zero: false });
  const shades = shadesOf(spec.series.map((series) => series.key));
  const datasets = spec.series.map((series): ChartDataset<'line'> => {
    const color = shades.get(series.key)!.fill;
    return { ...lineDataset(spec, series, color), borderWidth: spec.series.length > 3 ? 2.5 : 3 };
  });
  return lineConfiguration(spec, family, axis, datasets);
}

/** What lines and areas share: a dotted stroke at buckets that are not complete, gaps left open. */
export function lineDataset(spec: ChartSpec, series: ChartSeries, color: string): ChartDataset<'line'> {
  const incomplete = new Set(spec.incomplete);
  return {
    label: series.label,
    data: series.values,
    borderColor: color,
    backgroundColor: color,
    borderJoinStyle: 'round',
    borderCapStyle: 'round',
    tension: 0,
    spanGaps: false,
    clip: false,
    pointRadius: series.values.map((_, index) => pointRadius(spec, series.values, index)),
    pointBorderWidth: 2,
    pointBorderColor: color,
    pointBackgroundColor: series.values.map((_, index) => (incomplete.has(index) ? paper : color)),
    segment: {
      borderDash: (segment) => (touches(segment, incomplete) ? incompleteDash : undefined),
      // Round ends would close the gaps between the dots.
      borderCapStyle: (segment: ScriptableLineSegmentContext) => (touches(segment, incomplete) ? 'butt' : undefined),
    },
  };
}

/** Whether the stretch between two points belongs to a bucket of the set. */
export function touches(segment: ScriptableLineSegmentContext, buckets: ReadonlySet<number>): boolean {
  return buckets.has(segment.p0DataIndex) || buckets.has(segment.p1DataIndex);
}

/** A value between two gaps has no line to be seen by and must show as a dot. */
function pointRadius(spec: ChartSpec, values: readonly (number | null)[], index: number): number {
  const alone = values[index - 1] == null && values[index + 1] == null;
  if (alone) return 4;
  if (spec.incomplete.includes(index)) return 3;
  if (spec.series.length === 1 && labelledIndex(spec, values) === index) return 4;
  return spec.labels.length <= dottedUpTo ? 2 : 0;
}

/** The point whose value is printed: the newest complete one, or the newest where none is complete. */
function labelledIndex(spec: ChartSpec, values: readonly (number | null)[]): number {
  const complete = values.findLastIndex((value, index) => value !== null && !spec.incomplete.includes(index));
  return complete >= 0 ? complete : values.findLastIndex((value) => value !== null);
}

/** The configuration around line datasets. `stacked`: each line is the sum of its values and those below. */
export function lineConfiguration(
  spec: ChartSpec,
  family: string,
  axis: ValueAxis,
  datasets: ChartDataset<'line'>[],
  stacked = false,
): ChartConfiguration {
  const names = endNames(spec, stacked);
  const value = spec.series.length === 1 ? valueLabel(spec) : null;
  const inside = value && value.index < spec.labels.length - 1 ? value : null;
  const atEnd = [...names, ...(value && !inside ? [value] : []), ...targetLabels(spec)];
  const plotWidth = names.length > 0 || spec.target ? 0.75 : 0.9;
  const base = frame(spec, family, {
    legend: spec.series.length > 1 && names.length === 0,
    gap: 14,
    // The last date is centred below the plot's edge and needs room of its own.
    right: (chart) => Math.max(34, endLabelRoom(chart, atEnd, family)),
  });
  const plugins: Plugin[] = [];
  if (atEnd.length > 0) plugins.push(endLabelsPlugin(atEnd, family));
  if (inside) plugins.push(pointLabelPlugin(inside, family));
  return assemble(spec, family, {
    type: 'line',
    datasets,
    options: {
      ...base,
      scales: {
        x: labelScale(spec, family, { offset: spec.labels.length === 1, width: plotWidth }),
        y: { ...valueScale(spec, family, axis), ...(stacked && { stacked }) },
      },
      plugins: { ...base.plugins, annotation: { annotations: targetAcross(spec) } },
    },
    plugins,
  });
}

/** Names at the ends of several lines, if every line reaches the end; else a legend has to do. */
function endNames(spec: ChartSpec, band: boolean): PointLabel[] {
  const index = spec.labels.length - 1;
  if (spec.series.length < 2 || index < 1) return [];
  if (spec.series.some((series) => series.values[index] == null)) return [];
  const shades = shadesOf(spec.series.map((series) => series.key));
  return spec.series.map((series, at) => ({
    series: at,
    index,
    text: series.label,
    color: shades.get(series.key)!.text,
    band,
  }));
}

function valueLabel(spec: ChartSpec): PointLabel | null {
  const { values } = spec.series[0]!;
  const index = labelledIndex(spec, values);
  const value = values[index];
  return value == null ? null : { series: 0, index, text: formatLabel(value, spec.format, spec.locale), color: ink };
}
