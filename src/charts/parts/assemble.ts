import type { ChartConfiguration, ChartDataset, ChartOptions, Plugin } from 'chart.js';
import type { ChartSpec } from '../spec.ts';
import { footerPlugin, paperPlugin } from './frame.ts';
import { legendEdgePlugin } from './legend.ts';

export interface ChartParts {
  type: 'line' | 'bar';
  datasets: (ChartDataset<'line'> | ChartDataset<'bar'>)[];
  options: ChartOptions;
  plugins: Plugin[];
}

/** Puts a kind's parts together with the paper below and the footer above them. */
export function assemble(spec: ChartSpec, family: string, parts: ChartParts): ChartConfiguration {
  return {
    type: parts.type,
    // The library's types tie datasets to one chart type by type parameters that do not survive being kept in a list.
    data: { labels: spec.labels, datasets: parts.datasets as ChartDataset[] },
    options: parts.options,
    plugins: [paperPlugin, legendEdgePlugin, footerPlugin(spec, family), ...parts.plugins],
  };
}
