import type { Chart, ChartOptions, Scale } from 'chart.js';
import type { ChartSpec } from '../spec.ts';
import { fitText, wrapText } from '../text-fit.ts';
import { axisLine, gridLine, mutedInk, textSize } from '../theme.ts';
import { timeTicks } from '../time-axis.ts';
import type { ValueAxis } from '../value-axis.ts';
import { formatTick } from '../value-format.ts';
import { contextOf, fontString, measureIn } from './text.ts';

type AnyScale = NonNullable<NonNullable<ChartOptions<'line' | 'bar'>['scales']>[string]>;

/** How many tick labels fit side by side below a plot of full width. */
const room = { hour: 8, day: 8, week: 8, month: 14 } as const;

/** The values' axis: light grid, a firmer line at zero, ticks as `valueAxis` chose them. */
export function valueScale(spec: ChartSpec, family: string, axis: ValueAxis): AnyScale {
  const step = (axis.ticks[1] ?? 1) - (axis.ticks[0] ?? 0);
  return {
    type: 'linear',
    min: axis.min,
    max: axis.max,
    border: { display: false },
    grid: {
      color: ({ tick }: { tick: { value: number } }) => (tick.value === 0 ? axisLine : gridLine),
      drawTicks: false,
    },
    ticks: {
      color: mutedInk,
      font: { family, size: textSize.label },
      padding: 8,
      callback: (value: string | number) => formatTick(Number(value), step, spec.format, spec.locale),
    },
    afterBuildTicks: (scale: Scale) => {
      scale.ticks = axis.ticks.map((value) => ({ value }));
    },
  };
}

/** Of the value direction only the line at zero, for charts that print every value. */
export function bareValueScale(min: number, max: number): AnyScale {
  return {
    type: 'linear',
    min,
    max,
    border: { display: false },
    grid: { color: axisLine, drawTicks: false },
    ticks: { display: false },
    afterBuildTicks: (scale: Scale) => {
      scale.ticks = [{ value: 0 }];
    },
  };
}

export interface LabelScaleOptions {
  /** Whether the first and last label keep half a slot of distance to the edge, as bars need. */
  offset: boolean;
  /** The part of the width that labels beside the plot leave to it; 1 if not given. */
  width?: number;
}

/** The axis below the plot: dates shortened and thinned out, names cut to the width they have. */
export function labelScale(spec: ChartSpec, family: string, options: LabelScaleOptions): AnyScale {
  const { axis } = spec;
  const ticks =
    axis === 'category'
      ? null
      : timeTicks(spec.labels, axis, Math.floor(room[axis] * (options.width ?? 1)), spec.locale);
  const font = fontString(family, textSize.label);
  return {
    type: 'category',
    offset: options.offset,
    border: { color: axisLine },
    grid: { display: false },
    ticks: {
      color: mutedInk,
      font: { family, size: textSize.label },
      autoSkip: false,
      maxRotation: 0,
      padding: 4,
      callback(this: Scale, _value: string | number, index: number) {
        if (ticks) return ticks.get(index) ?? null;
        const slot = (this.chart.chartArea?.width || this.chart.width) / spec.labels.length;
        return wrapText(spec.labels[index] ?? '', slot - 8, 2, measureIn(contextOf(this.chart), font));
      },
    },
  };
}

/** Names at the left of horizontal bars, at most a third of the picture wide; `room` is kept free between the two, in pixels. */
export function nameScale(
  spec: ChartSpec,
  family: string,
  size: number,
  room: (chart: Chart) => number = () => 0,
): AnyScale {
  const font = fontString(family, size);
  return {
    type: 'category',
    // The padding of ticks counts above and below the names too, where it would only make the bars thinner.
    afterFit(scale: Scale) {
      scale.paddingTop -= room(scale.chart);
      scale.paddingBottom -= room(scale.chart);
    },
    border: { display: false },
    grid: { display: false },
    ticks: {
      color: mutedInk,
      font: { family, size },
      autoSkip: false,
      // Typed as a number, but resolved like every option of ticks.
      padding: (({ chart }: { chart: Chart }) => 6 + room(chart)) as unknown as number,
      callback(this: Scale, _value: string | number, index: number) {
        return fitText(spec.labels[index] ?? '', this.chart.width / 3, measureIn(contextOf(this.chart), font));
      },
    },
  };
}
