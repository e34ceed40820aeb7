import type { KpiResult } from '../domain/kpi-result.ts';
import { breakdownChart } from './results/breakdown.ts';
import { distributionChart } from './results/distribution.ts';
import { funnelChart } from './results/funnel.ts';
import { matrixChart } from './results/matrix.ts';
import type { ChartFromResultOptions, ResultPart } from './results/options.ts';
import { seriesChart } from './results/series.ts';
import type { ChartKind, ChartSpec } from './spec.ts';

/** The chart of a result, or null where there is nothing to draw: no data, no chart. Computes no number of its own. */
export function chartFromResult(result: KpiResult, options: ChartFromResultOptions): ChartSpec | null {
  const draw: Record<ResultPart, () => ChartSpec | null> = {
    series: () => seriesChart(result, options),
    breakdown: () => breakdownChart(result, options),
    distribution: () => distributionChart(result, options),
    funnel: () => funnelChart(result, options.locale),
    matrix: () => matrixChart(result, options.locale),
  };
  if (options.kind) return draw[options.kind]();
  for (const part of suited[options.preferred]) {
    const spec = draw[part]();
    if (spec) return spec;
  }
  return null;
}

const suited: Record<ChartKind, ResultPart[]> = {
  line: ['series', 'breakdown', 'distribution'],
  step: ['series', 'breakdown', 'distribution'],
  area: ['series', 'breakdown', 'distribution'],
  bar: ['breakdown', 'series', 'distribution'],
  stacked: ['series', 'breakdown', 'distribution'],
  grouped: ['series', 'breakdown', 'distribution'],
  doughnut: ['breakdown', 'series', 'distribution'],
  histogram: ['distribution', 'series', 'breakdown'],
  funnel: ['funnel', 'series', 'breakdown'],
  heatmap: ['matrix', 'series', 'breakdown'],
  multiples: ['series'],
};
