import type { ChartConfiguration, ChartDataset, Plugin } from 'chart.js';
import type { ChartSpec } from '../spec.ts';
import { textSize } from '../theme.ts';
import type { ValueAxis } from '../value-axis.ts';
import { assemble } from './assemble.ts';
import { bareValueScale, labelScale, nameScale, valueScale } from './axes.ts';
import { type BarMark, barTextRoom, barValuesPlugin, leftTextRoom } from './bar-values.ts';
import { barDataset, hatchPlugin, shadesOfSeries } from './bars.ts';
import { type EndLabel, endLabelRoom, endLabelsPlugin } from './end-labels.ts';
import { frame } from './frame.ts';
import { targetAcross, targetLabels, targetOnTopPlugin, targetUpright } from './target.ts';

export interface BarPlot {
  axis: ValueAxis;
  /** What is printed at the ends of bars. */
  marks: readonly BarMark[];
  /** Names at the right of the last bars; several series without them have a legend. */
  names?: readonly EndLabel[];
  stacked?: boolean;
  plugins?: readonly Plugin[];
}

/** Heights of what stands between a legend and the plot: a value, a target's label; in pixels. */
const topRoom = { value: 14, target: 20 } as const;

/** Beside this many rows there is no room for texts at each. */
export const rowsWithTexts = 13;

/** Bars that stand on an axis of dates; their values are printed where they fit. */
export function uprightBars(spec: ChartSpec, family: string, plot: BarPlot): ChartConfiguration {
  const { axis, marks, names = [], stacked = false, plugins = [] } = plot;
  const beside = [...names, ...targetLabels(spec)];
  const legend = spec.series.length > 1 && names.length === 0;
  const base = frame(spec, family, {
    legend,
    gap: 24,
    ...(beside.length > 0 && { right: (chart) => endLabelRoom(chart, beside, family) }),
  });
  return assemble(spec, family, {
    type: 'bar',
    datasets: datasetsOf(spec, stacked),
    options: {
      ...base,
      scales: {
        x: { ...labelScale(spec, family, { offset: true, width: beside.length > 0 ? 0.75 : 1 }), stacked },
        y: { ...valueScale(spec, family, axis), stacked },
      },
      plugins: { ...base.plugins, annotation: { annotations: targetAcross(spec) } },
    },
    ...(legend && { top: topRoom.value }),
    plugins: [
      hatchPlugin(spec, shadesOfSeries(spec)),
      ...plugins,
      barValuesPlugin(family, { marks, horizontal: false, target: spec.target, optional: true, size: textSize.small }),
      endLabelsPlugin(beside, family),
    ],
  });
}

/** Bars that lie beside names, so that these can be read without turning the head. All texts are printed, or an axis. */
export function lyingBars(spec: ChartSpec, family: string, plot: BarPlot): ChartConfiguration {
  const { axis, stacked = false, plugins = [] } = plot;
  const rows = stacked ? spec.labels.length : spec.labels.length * spec.series.length;
  const bare = spec.series.length === 1 || stacked || rows <= rowsWithTexts;
  const marks = bare ? plot.marks : [];
  const values = { marks, horizontal: true, target: spec.target, size: sizeFor(rows) };
  const legend = spec.series.length > 1;
  const base = frame(spec, family, {
    legend,
    gap: spec.target ? 26 : 12,
    right: (chart) => Math.max(bare ? 0 : 34, barTextRoom(chart, family, values)),
  });
  // Where every value is printed, the axis ends where the longest bar does.
  const highest = Math.max(0, spec.target?.value ?? 0, ...marks.map(({ value }) => value ?? 0));
  const max = axis.max === 1 && spec.format === 'percent' ? 1 : highest || axis.max;
  const lowest = Math.min(0, ...marks.map(({ value }) => value ?? 0));
  const x = bare ? bareValueScale(lowest, max) : valueScale(spec, family, axis);
  return assemble(spec, family, {
    type: 'bar',
    datasets: datasetsOf(spec, stacked),
    options: {
      ...base,
      indexAxis: 'y',
      scales: {
        x: { ...x, stacked },
        y: {
          ...nameScale(spec, family, sizeFor(spec.labels.length), (chart) => leftTextRoom(chart, family, values)),
          stacked,
        },
      },
      plugins: { ...base.plugins, annotation: { annotations: targetUpright(spec) } },
    },
    ...(legend && spec.target && { top: topRoom.target }),
    plugins: [
      hatchPlugin(spec, shadesOfSeries(spec)),
      ...plugins,
      barValuesPlugin(family, values),
      targetOnTopPlugin(spec, family),
    ],
  });
}

/** Texts of many rows are smaller, down to what can just be read. */
function sizeFor(rows: number): number {
  return rows > 9 ? Math.max(8, Math.min(textSize.label, Math.floor(165 / rows))) : textSize.label;
}

function datasetsOf(spec: ChartSpec, stacked: boolean): ChartDataset<'bar'>[] {
  const shades = shadesOfSeries(spec);
  return spec.series.map((series, at) => ({
    ...barDataset(spec, series, shades[at]!),
    // Rounded corners within a stack would leave notches.
    ...(stacked && { borderRadius: 0 }),
  }));
}
