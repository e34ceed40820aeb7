import type { ChartConfiguration } from 'chart.js';
import { inSeriesOrder } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { barChart } from './bar.ts';

/** Bars of several series beside each other, the same one always at the same place of its group. */
export function groupedChart(spec: ChartSpec, family: string): ChartConfiguration {
  return barChart({ ...spec, series: inSeriesOrder(spec.series) }, family);
}
