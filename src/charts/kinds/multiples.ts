import type { ChartConfiguration } from 'chart.js';
import { assemble } from '../parts/assemble.ts';
import { frame } from '../parts/frame.ts';
import { panelsPlugin } from '../parts/panels.ts';
import type { ChartSpec } from '../spec.ts';

/** Several small lines, each with its name and number and a scale of its own, over the same dates. */
export function multiplesChart(spec: ChartSpec, family: string): ChartConfiguration {
  return assemble(spec, family, {
    type: 'bar',
    datasets: [],
    options: {
      ...frame(spec, family, { legend: false, gap: 8 }),
      scales: { x: { display: false }, y: { display: false } },
    },
    plugins: [panelsPlugin(spec, family)],
  });
}
