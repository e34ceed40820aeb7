import type { ChartConfiguration } from 'chart.js';
import { assemble } from '../parts/assemble.ts';
import { frame } from '../parts/frame.ts';
import { gridPlugin } from '../parts/grid.ts';
import { heatScale, scaleLegendPlugin, scaleRoom } from '../parts/heat-scale.ts';
import type { ChartSpec } from '../spec.ts';

/** Cells of rows and columns, the darker the more, with a scale above them and a window outlined where there is one. */
export function heatmapChart(spec: ChartSpec, family: string): ChartConfiguration {
  const scale = heatScale(spec);
  return assemble(spec, family, {
    type: 'bar',
    datasets: [],
    options: {
      ...frame(spec, family, { legend: false, gap: 10 + scaleRoom }),
      scales: { x: { display: false }, y: { display: false } },
    },
    plugins: [scaleLegendPlugin(spec, family, scale), gridPlugin(spec, family, scale)],
  });
}
