import type { ChartConfiguration, Plugin } from 'chart.js';
import { inSeriesOrder } from '../palette.ts';
import { lyingBars, uprightBars } from '../parts/bar-plot.ts';
import { type BarMark, markOf } from '../parts/bar-values.ts';
import { barBox, shadesOfSeries } from '../parts/bars.ts';
import type { EndLabel } from '../parts/end-labels.ts';
import { contextOf } from '../parts/text.ts';
import type { ChartSpec } from '../spec.ts';
import { paper } from '../theme.ts';
import { type ValueAxis, valueAxis } from '../value-axis.ts';
import { formatLabel } from '../value-format.ts';

/** Least distance between the middles of two parts, as a part of the axis, for names beside them to be told apart. */
const namedApart = 0.1;

/** With fewer stacks than this the last one stands far from the names at the right. */
const nearbyFrom = 4;

/** Parts of a total on each other, upright over time and lying beside names, the total printed at the end. */
export function stackedChart(asked: ChartSpec, family: string): ChartConfiguration {
  const spec = { ...asked, series: inSeriesOrder(asked.series) };
  const sums = spec.labels.map((_, index) => partsAt(spec, index).reduce<number>((sum, part) => sum + (part ?? 0), 0));
  const targets = spec.target ? [spec.target.value] : [];
  const axis = valueAxis([...sums, ...targets], spec.format, { zero: true, whole: true });
  const plot = { axis, marks: totalsOf(spec), stacked: true, plugins: [seamsPlugin(spec)] };
  if (spec.axis === 'category') return lyingBars(spec, family, plot);
  return uprightBars(spec, family, { ...plot, names: namesBeside(spec, axis) });
}

function partsAt(spec: ChartSpec, index: number): (number | null)[] {
  return spec.series.map((series) => series.values[index] ?? null);
}

/** A total is known only where all of its parts are. */
function totalsOf(spec: ChartSpec): BarMark[] {
  return spec.labels.map((_, index) => {
    const parts = partsAt(spec, index);
    const top = Math.max(
      0,
      parts.findLastIndex((part) => part !== null),
    );
    const total = parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
    return markOf(top, index, total, (value) => ({ value: formatLabel(value, spec.format, spec.locale) }));
  });
}

/** Names of the parts beside the last stack, if all of them have room there; else a legend has to do. */
function namesBeside(spec: ChartSpec, axis: ValueAxis): EndLabel[] {
  const index = spec.labels.length - 1;
  if (spec.series.length < 2 || spec.labels.length < nearbyFrom) return [];
  let below = 0;
  let last = -Infinity;
  for (const part of partsAt(spec, index)) {
    const middle = (below + (part ?? 0) / 2) / axis.max;
    if (part === null || middle - last < namedApart) return [];
    below += part;
    last = middle;
  }
  const shades = shadesOfSeries(spec);
  return spec.series.map(({ label }, series) => ({
    series,
    index,
    text: label,
    color: shades[series]!.text,
    inside: 'bar',
  }));
}

/** A white line between the parts of a stack: hues beside each other are told apart without their colour. */
function seamsPlugin(spec: ChartSpec): Plugin {
  return {
    id: 'seams',
    afterDatasetsDraw(chart) {
      const ctx = contextOf(chart);
      const lying = chart.options.indexAxis === 'y';
      ctx.save();
      ctx.fillStyle = paper;
      for (const index of spec.labels.keys()) {
        for (const series of spec.series.keys()) {
          const box = barBox(chart, series, index);
          const above = spec.series.slice(series + 1).some(({ values }) => (values[index] ?? 0) > 0);
          if (!box || !above || (lying ? box.width : box.height) === 0) continue;
          if (lying) ctx.fillRect(box.x + box.width - 0.75, box.y, 1.5, box.height);
          else ctx.fillRect(box.x, box.y - 0.75, box.width, 1.5);
        }
      }
      ctx.restore();
    },
  };
}
