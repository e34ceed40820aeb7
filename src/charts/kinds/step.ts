import type { ChartConfiguration, ChartDataset } from 'chart.js';
import { shadesOf } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { valueAxis } from '../value-axis.ts';
import { lineConfiguration, lineDataset } from './line.ts';

/** Levels that hold until they change: from each date the line runs level to the next one, and steps there. */
export function stepChart(spec: ChartSpec, family: string): ChartConfiguration {
  const shown = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
  const axis = valueAxis([...shown, ...(spec.target ? [spec.target.value] : [])], spec.format, { zero: false });
  const shades = shadesOf(spec.series.map((series) => series.key));
  const datasets = spec.series.map((series): ChartDataset<'line'> => {
    const dataset = lineDataset(spec, series, shades.get(series.key)!.fill);
    return { ...dataset, stepped: 'before', borderWidth: 3, borderJoinStyle: 'miter' };
  });
  return lineConfiguration(spec, family, axis, datasets);
}
