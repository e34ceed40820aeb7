import type { ChartConfiguration } from 'chart.js';
import type { ChartKind, ChartSpec } from '../spec.ts';
import { areaChart } from './area.ts';
import { barChart } from './bar.ts';
import { histogramChart } from './histogram.ts';
import { lineChart } from './line.ts';

/** One entry per kind: from a spec, with the font families its text needs, to what chart.js draws. */
export const chartKinds: Record<ChartKind, (spec: ChartSpec, family: string) => ChartConfiguration> = {
  line: lineChart,
  area: areaChart,
  bar: barChart,
  histogram: histogramChart,
};
