import type { ChartConfiguration, ChartDataset, Plugin, ScriptableLineSegmentContext } from 'chart.js';
import { shadesOf, tint } from '../palette.ts';
import { assemble } from '../parts/assemble.ts';
import { labelScale, valueScale } from '../parts/axes.ts';
import { endLabelRoom, endLabelsPlugin, type PointLabel, pointLabelPlugin } from '../parts/end-labels.ts';
import { frame } from '../parts/frame.ts';
import { hatchedGroundPlugin } from '../parts/ground.ts';
import { targetAcross, targetLabels } from '../parts/target.ts';
import type { ChartSeries, ChartSpec } from '../spec.ts';
import { immatureDash, immatureStrength, incompleteDash, ink, paper } from '../theme.ts';
import { type Unfinished, unfinishedOf } from '../unfinished.ts';
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
  const unfinished = unfinishedOf(spec);
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
    pointBorderColor: series.values.map((_, index) => (unfinished.get(index) === 'immature' ? pale(color) : color)),
    pointBackgroundColor: series.values.map((_, index) => (unfinished.has(index) ? paper : color)),
    segment: {
      borderColor: (segment: ScriptableLineSegmentContext) =>
        unfinishedSegment(segment, unfinished) === 'immature' ? pale(color) : undefined,
      borderDash: (segment) => dashes[unfinishedSegment(segment, unfinished) ?? 'none'],
      // Round ends would close the gaps between the dots.
      borderCapStyle: (segment: ScriptableLineSegmentContext) =>
        unfinishedSegment(segment, unfinished) ? 'butt' : undefined,
    },
  };
}

const dashes = { incomplete: incompleteDash, immature: immatureDash, none: undefined } as const;

function pale(color: string): string {
  return tint(color, immatureStrength);
}

/** What is unfinished about the stretch between two points, by the less finished of them. */
export function unfinishedSegment(
  segment: ScriptableLineSegmentContext,
  buckets: ReadonlyMap<number, Unfinished>,
): Unfinished | undefined {
  const ends = [buckets.get(segment.p0DataIndex), buckets.get(segment.p1DataIndex)];
  return ends.includes('incomplete') ? 'incomplete' : (ends[0] ?? ends[1]);
}

/** A value between two gaps has no line to be seen by and must show as a dot. */
function pointRadius(spec: ChartSpec, values: readonly (number | null)[], index: number): number {
  const alone = values[index - 1] == null && values[index + 1] == null;
  if (alone) return 4;
  if (unfinishedOf(spec).has(index)) return 3;
  if (spec.series.length === 1 && labelledIndex(spec, values) === index) return 4;
  return spec.labels.length <= dottedUpTo ? 2 : 0;
}

/** The point whose value is printed: the newest finished one, or else the newest complete one, or else the newest. */
function labelledIndex(spec: ChartSpec, values: readonly (number | null)[]): number {
  const unfinished = unfinishedOf(spec);
  const newest = (counts: (why: Unfinished | undefined) => boolean) =>
    values.findLastIndex((value, index) => value !== null && counts(unfinished.get(index)));
  const finished = newest((why) => why === undefined);
  if (finished >= 0) return finished;
  const complete = newest((why) => why !== 'incomplete');
  return complete >= 0 ? complete : newest(() => true);
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
  const plugins: Plugin[] = [hatchedGroundPlugin(spec)];
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
      plugins: {
        ...base.plugins,
        annotation: { annotations: targetAcross(spec) },
        // All fills before the hatched ground, which would end at them otherwise, as if it were an area itself.
        filler: { propagate: true, drawTime: 'beforeDatasetsDraw' },
      },
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
  const last = (value: number | null) =>
    spec.endValues && value !== null ? ` ${formatLabel(value, spec.format, spec.locale)}` : '';
  return spec.series.map((series, at) => ({
    series: at,
    index,
    text: `${series.label}${last(series.values[index] ?? null)}`,
    color: shades.get(series.key)!.text,
    ...(band && { inside: 'line' as const }),
  }));
}

function valueLabel(spec: ChartSpec): PointLabel | null {
  const { values } = spec.series[0]!;
  const index = labelledIndex(spec, values);
  const value = values[index];
  return value == null ? null : { series: 0, index, text: formatLabel(value, spec.format, spec.locale), color: ink };
}
