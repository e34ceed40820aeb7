import type { ChartConfiguration, ChartDataset, ScriptableLineSegmentContext } from 'chart.js';
import { shadesOf, tint } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { unfinishedOf } from '../unfinished.ts';
import { valueAxis } from '../value-axis.ts';
import { lineConfiguration, lineDataset, unfinishedSegment } from './line.ts';

/** Filled from zero; several series are stacked, so they must add up to something. */
export function areaChart(spec: ChartSpec, family: string): ChartConfiguration {
  const stacked = spec.series.length > 1;
  const sums = spec.labels.flatMap((_, index) => {
    const values = spec.series.map((series) => series.values[index]).filter((value) => value != null);
    return values.length > 0 ? [values.reduce((sum, value) => sum + value, 0), Math.min(...values)] : [];
  });
  const axis = valueAxis([...sums, ...(spec.target ? [spec.target.value] : [])], spec.format, { zero: true });
  const shades = shadesOf(spec.series.map((series) => series.key));
  const unfinished = unfinishedOf(spec);
  const datasets = spec.series.map((series, at): ChartDataset<'line'> => {
    const color = shades.get(series.key)!.fill;
    const dataset = lineDataset(spec, series, color);
    return {
      ...dataset,
      borderWidth: stacked ? 1.5 : 2.5,
      ...(stacked && { pointRadius: 0 }),
      fill: at === 0 ? 'origin' : '-1',
      backgroundColor: tint(color, stacked ? 0.6 : 0.22),
      segment: {
        ...dataset.segment,
        backgroundColor: (segment: ScriptableLineSegmentContext) =>
          unfinishedSegment(segment, unfinished) ? tint(color, stacked ? 0.3 : 0.1) : undefined,
      },
    };
  });
  return lineConfiguration(spec, family, axis, datasets, stacked);
}
