import type { ChartConfiguration } from 'chart.js';
import { formatPercent } from '../../domain/format.ts';
import { shadesOf } from '../palette.ts';
import { assemble } from '../parts/assemble.ts';
import { bareValueScale, labelScale } from '../parts/axes.ts';
import { barValuesPlugin, marksOf } from '../parts/bar-values.ts';
import { barDataset, hatchPlugin } from '../parts/bars.ts';
import { frame } from '../parts/frame.ts';
import type { ChartSpec } from '../spec.ts';
import { formatLabel } from '../value-format.ts';

/** Part of the plot's height kept free for the two lines of text above the highest column. */
const headroom = 0.26;

/** Named bands beside each other, each with its count and its share of all. */
export function histogramChart(spec: ChartSpec, family: string): ChartConfiguration {
  const series = spec.series[0]!;
  const shade = shadesOf([series.key]).get(series.key)!;
  const counts = series.values.map((value) => value ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const marks = marksOf(spec, (count) => ({
    value: formatLabel(count, spec.format, spec.locale),
    ...(total > 0 && { more: formatPercent(count / total, spec.locale) }),
  }));
  const base = frame(spec, family, { legend: false, gap: 4 });
  const max = Math.max(...counts) || 1;
  return assemble(spec, family, {
    type: 'bar',
    datasets: [
      { ...barDataset(spec, series, shade), maxBarThickness: 200, categoryPercentage: 0.94, barPercentage: 1 },
    ],
    options: {
      ...base,
      scales: { x: labelScale(spec, family, { offset: true }), y: bareValueScale(0, max / (1 - headroom)) },
    },
    plugins: [hatchPlugin(spec, [shade]), barValuesPlugin(family, { marks, horizontal: false })],
  });
}
