import type { ChartConfiguration, ChartDataset, ChartOptions } from 'chart.js';
import { assemble } from '../parts/assemble.ts';
import { frame } from '../parts/frame.ts';
import { ringListPlugin, ringTotalPlugin } from '../parts/ring.ts';
import { slicesOf } from '../slices.ts';
import type { ChartSpec } from '../spec.ts';
import { chartWidth, margin, paper } from '../theme.ts';

/** Widest ring, and its distance to the list, in pixels. */
const ringWidth = 208;
const listGap = 32;

/** Parts of one whole: the largest first from the top, clockwise, the total in the middle, a list instead of labels. */
export function doughnutChart(spec: ChartSpec, family: string): ChartConfiguration {
  const parts = slicesOf(spec);
  const { slices, total } = parts;
  const dataset: ChartDataset<'doughnut'> = {
    label: spec.series[0]!.label,
    data: slices.map(({ value }) => value),
    backgroundColor: slices.map(({ shade }) => shade.fill),
    borderColor: paper,
    // A single slice is a whole ring, without a seam.
    borderWidth: slices.filter(({ value }) => value > 0).length > 1 ? 2 : 0,
  };
  const left = margin.left + ringWidth;
  return assemble(spec, family, {
    type: 'doughnut',
    labels: slices.map(({ label }) => label),
    datasets: [dataset],
    options: {
      ...frame(spec, family, { legend: false, gap: 8, right: () => chartWidth - left }),
      cutout: '64%',
    } as ChartOptions,
    plugins: [ringTotalPlugin(spec, family, total), ringListPlugin(spec, family, parts, left + listGap)],
  });
}
