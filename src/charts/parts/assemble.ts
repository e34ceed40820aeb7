import type { ChartConfiguration, ChartDataset, ChartOptions, Plugin } from 'chart.js';
import type { ChartSpec } from '../spec.ts';
import { footerPlugin, fullWidthPlugin, paperPlugin } from './frame.ts';
import { legendEdgePlugin } from './legend.ts';
import { topRoomPlugin } from './room.ts';

export interface ChartParts {
  type: 'line' | 'bar' | 'doughnut';
  /** The spec's if not given. */
  labels?: string[];
  datasets: (ChartDataset<'line'> | ChartDataset<'bar'> | ChartDataset<'doughnut'>)[];
  options: ChartOptions;
  /** Room between a legend and the plot, in pixels. */
  top?: number;
  plugins: Plugin[];
}

/** Puts a kind's parts together with the paper below and the footer above them. */
export function assemble(spec: ChartSpec, family: string, parts: ChartParts): ChartConfiguration {
  const around = [paperPlugin, fullWidthPlugin, legendEdgePlugin, footerPlugin(spec, family)];
  return {
    type: parts.type,
    // The library's types tie datasets to one chart type by type parameters that do not survive being kept in a list.
    data: { labels: parts.labels ?? spec.labels, datasets: parts.datasets as ChartDataset[] },
    options: parts.options,
    plugins: [...around, ...(parts.top ? [topRoomPlugin(parts.top)] : []), ...parts.plugins],
  };
}
