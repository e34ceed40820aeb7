import type { ChartConfiguration } from 'chart.js';
import { lyingBars, uprightBars } from '../parts/bar-plot.ts';
import { marksOf } from '../parts/bar-values.ts';
import type { ChartSpec } from '../spec.ts';
import { valueAxis } from '../value-axis.ts';
import { formatLabel } from '../value-format.ts';

/** Upright over time; lying beside names. Always from zero. Bars of several series stand beside each other. */
export function barChart(spec: ChartSpec, family: string): ChartConfiguration {
  const shown = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
  const targets = spec.target ? [spec.target.value] : [];
  const plot = {
    axis: valueAxis([...shown, ...targets], spec.format, { zero: true, whole: true }),
    marks: marksOf(spec, (value) => ({ value: formatLabel(value, spec.format, spec.locale) })),
  };
  return spec.axis === 'category' ? lyingBars(spec, family, plot) : uprightBars(spec, family, plot);
}
