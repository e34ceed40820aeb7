import type { ChartConfiguration } from 'chart.js';
import type { ChartKind, ChartSpec } from '../spec.ts';
import { areaChart } from './area.ts';
import { barChart } from './bar.ts';
import { doughnutChart } from './doughnut.ts';
import { funnelChart } from './funnel.ts';
import { groupedChart } from './grouped.ts';
import { heatmapChart } from './heatmap.ts';
import { histogramChart } from './histogram.ts';
import { lineChart } from './line.ts';
import { multiplesChart } from './multiples.ts';
import { stackedChart } from './stacked.ts';
import { stepChart } from './step.ts';

/** One entry per kind: from a spec, with the font families its text needs, to what chart.js draws. */
export const chartKinds: Record<ChartKind, (spec: ChartSpec, family: string) => ChartConfiguration> = {
  line: lineChart,
  step: stepChart,
  area: areaChart,
  bar: barChart,
  stacked: stackedChart,
  grouped: groupedChart,
  histogram: histogramChart,
  doughnut: doughnutChart,
  funnel: funnelChart,
  heatmap: heatmapChart,
  multiples: multiplesChart,
};
