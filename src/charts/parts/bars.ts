import type { Chart, ChartDataset, Plugin } from 'chart.js';
import { grey, type Shade, shadesOf, tint } from '../palette.ts';
import type { ChartSeries, ChartSpec } from '../spec.ts';
import { unfinishedOf } from '../unfinished.ts';
import { type Box, hatch } from './hatch.ts';
import { contextOf } from './text.ts';

/** The shade of each series, in the spec's order. */
export function shadesOfSeries(spec: ChartSpec): Shade[] {
  const byKey = shadesOf(spec.series.map((series) => series.key));
  return spec.series.map((series) => byKey.get(series.key)!);
}

/** Bars of one series: unfinished ones pale, to be hatched, muted ones grey. */
export function barDataset(spec: ChartSpec, series: ChartSeries, shade: Shade): ChartDataset<'bar'> {
  const unfinished = unfinishedOf(spec);
  const muted = new Set(spec.muted ?? []);
  return {
    label: series.label,
    data: series.values as number[],
    borderColor: shade.fill,
    backgroundColor: spec.labels.map((_, index) => {
      const color = muted.has(index) ? grey.fill : shade.fill;
      return unfinished.has(index) ? tint(color, 0.12) : color;
    }),
    borderWidth: 0,
    borderRadius: spec.labels.map((_, index) => (unfinished.has(index) ? 0 : 2)) as unknown as number,
    maxBarThickness: 56,
  };
}

/** Hatches the bars of unfinished buckets. */
export function hatchPlugin(spec: ChartSpec, shades: readonly Shade[]): Plugin {
  return {
    id: 'hatch',
    afterDatasetsDraw(chart) {
      for (const [series, shade] of shades.entries()) {
        for (const [index, why] of unfinishedOf(spec)) {
          const box = barBox(chart, series, index);
          if (box && box.width > 0 && box.height > 0) hatch(contextOf(chart), box, shade.fill, { why });
        }
      }
    },
  };
}

/** Where a bar is drawn; undefined where there is none. */
export function barBox(chart: Chart, series: number, index: number): Box | undefined {
  const bar = chart.getDatasetMeta(series).data[index];
  if (!bar) return undefined;
  const { x, y, base, width, height } = bar.getProps(['x', 'y', 'base', 'width', 'height'] as never[], true) as Record<
    'x' | 'y' | 'base' | 'width' | 'height',
    number
  >;
  if (![x, y, base].every(Number.isFinite)) return undefined;
  return chart.options.indexAxis === 'y'
    ? { x: Math.min(x, base), y: y - height / 2, width: Math.abs(x - base), height }
    : { x: x - width / 2, y: Math.min(y, base), width, height: Math.abs(y - base) };
}
