import type { Plugin } from 'chart.js';
import { hues } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { fitText } from '../text-fit.ts';
import { ink, margin, mutedInk, paper, textSize } from '../theme.ts';
import { formatCell, formatLabel } from '../value-format.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/**
 * A single hue from nearly white over the blue of all values to nearly black: what is more is darker, so that it is told
 * apart in every kind of colour blindness, in grey, and in print.
 */
const stops = ['#e8f1f7', '#7fb8d8', hues.blue.fill, '#00304d'] as const;

export interface HeatScale {
  low: number;
  high: number;
  colorOf(value: number): string;
  /** A text colour that can be read on it. */
  inkOn(value: number): string;
}

/** From zero, unless that would leave all cells alike. A scale without any difference has the middle for all. */
export function heatScale(spec: ChartSpec): HeatScale {
  const values = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
  const [least, high] = [Math.min(...values), Math.max(...values)];
  const low = least >= 0 && least <= 0.6 * high ? 0 : least;
  const placeOf = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  return {
    low,
    high,
    colorOf: (value) => mixed(placeOf(value)),
    // Where white and ink can be read equally well.
    inkOn: (value) => (placeOf(value) > 0.56 ? paper : ink),
  };
}

/** `place` 0..1 along the stops. */
function mixed(place: number): string {
  const at = Math.min(stops.length - 2, Math.floor(place * (stops.length - 1)));
  const part = place * (stops.length - 1) - at;
  const [from, to] = [stops[at]!, stops[at + 1]!].map((color) =>
    [1, 3, 5].map((index) => Number.parseInt(color.slice(index, index + 2), 16)),
  ) as [number[], number[]];
  return `#${from
    .map((channel, index) =>
      Math.round(channel + (to[index]! - channel) * part)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Height kept for the scale above the cells, in pixels. */
export const scaleRoom = 20;

/** The outline of the window: apart from every blue, for everybody. */
export const windowInk = hues.vermillion.fill;

const ramp = { width: 88, height: 10, parts: 22 } as const;

/** Above the cells: the scale with its ends, and what the outlined window is. */
export function scaleLegendPlugin(spec: ChartSpec, family: string, scale: HeatScale): Plugin {
  const font = fontString(family, textSize.small);
  return {
    id: 'heat-scale',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const y = chart.chartArea.top - scaleRoom + 4;
      const print = (value: number) =>
        spec.format === 'percent'
          ? formatCell(value, spec.format, spec.locale)
          : formatLabel(value, spec.format, spec.locale);
      let x: number = margin.left;
      const say = (text: string) => {
        drawText(ctx, { text, x, y, font, color: mutedInk });
        x += measureIn(ctx, font)(text) + 6;
      };
      say(print(scale.low));
      ctx.save();
      for (let part = 0; part < ramp.parts; part++) {
        ctx.fillStyle = scale.colorOf(scale.low + ((scale.high - scale.low) * part) / (ramp.parts - 1));
        const width = ramp.width / ramp.parts;
        // A hair wider than it is, or the paper shows between them.
        ctx.fillRect(x + part * width, y - ramp.height / 2, width + 0.5, ramp.height);
      }
      ctx.restore();
      x += ramp.width + 6;
      say(spec.unit === undefined ? print(scale.high) : `${print(scale.high)} ${spec.unit}`);
      if (!spec.window) return;
      const room = chart.width - margin.right - x - 12 - 22;
      const bold = fontString(family, textSize.small, true);
      const text = fitText(spec.window.label, room, measureIn(ctx, bold));
      const width = measureIn(ctx, bold)(text);
      const end = chart.width - margin.right;
      drawText(ctx, { text, x: end, y, font: bold, color: ink, align: 'right' });
      ctx.save();
      ctx.strokeStyle = windowInk;
      ctx.lineWidth = 2.5;
      ctx.strokeRect(end - width - 20, y - 6, 12, 12);
      ctx.restore();
    },
  };
}
