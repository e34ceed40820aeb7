import type { SKRSContext2D } from 'canvas';
import type { Plugin } from 'chart.js';
import { formatDate } from '../../domain/format.ts';
import { hues, tint } from '../palette.ts';
import type { ChartPanel, ChartSpec } from '../spec.ts';
import { fitText } from '../text-fit.ts';
import { axisLine, incompleteDash, ink, margin, mutedInk, targetDash, targetInk, textSize } from '../theme.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/** Between panels side by side and below each other, in pixels. */
const gutter = { x: 28, y: 10 };
/** The line with name and number above each small plot. */
const captionHeight = 22;
/** The dates below the lowest panels. */
const dateHeight = 18;
const valueSize = 16;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Two columns, so that a name and a number fit side by side also on a phone; a single panel has the picture to itself. */
export function panelsPlugin(spec: ChartSpec, family: string): Plugin {
  return {
    id: 'panels',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const count = spec.series.length;
      const columns = count === 1 ? 1 : 2;
      const rows = Math.ceil(count / columns);
      const { top, bottom } = chart.chartArea;
      const width = (chart.width - margin.left - margin.right - (columns - 1) * gutter.x) / columns;
      const height = (bottom - top - dateHeight - (rows - 1) * gutter.y) / rows;
      for (const [index, { label, values }] of spec.series.entries()) {
        const panel = spec.panels?.[index];
        if (!panel) continue;
        const box: Box = {
          x: margin.left + (index % columns) * (width + gutter.x),
          y: top + Math.floor(index / columns) * (height + gutter.y),
          ...{ width, height },
        };
        drawCaption(ctx, family, label, panel, box);
        drawPlot(ctx, panel, values, { ...box, y: box.y + captionHeight, height: height - captionHeight });
      }
      for (let column = 0; column < columns; column++) {
        const y = bottom - dateHeight / 2 + 2;
        drawDates(ctx, spec, family, { x: margin.left + column * (width + gutter.x), y, width });
      }
    },
  };
}

/** The number is never cut; of the name as much as is left. */
function drawCaption(ctx: SKRSContext2D, family: string, label: string, { value }: ChartPanel, box: Box): void {
  const bold = fontString(family, valueSize, true);
  const font = fontString(family, textSize.label);
  const y = box.y + captionHeight / 2 - 2;
  const taken = measureIn(ctx, bold)(value);
  const room = Math.max(0, box.width - taken - 10);
  drawText(ctx, { text: fitText(label, room, measureIn(ctx, font)), x: box.x, y, font, color: mutedInk });
  drawText(ctx, { text: value, x: box.x + box.width, y, font: bold, color: ink, align: 'right' });
}

function drawPlot(ctx: SKRSContext2D, panel: ChartPanel, values: readonly (number | null)[], box: Box): void {
  const known = values.filter((value) => value !== null);
  const step = values.length > 1 ? box.width / (values.length - 1) : 0;
  const xOf = (index: number) => box.x + (values.length > 1 ? index * step : box.width / 2);
  ctx.save();
  drawAbout(ctx, panel, box, xOf, step);
  ctx.strokeStyle = axisLine;
  ctx.lineWidth = 1;
  line(ctx, box.x, box.y + box.height, box.x + box.width, box.y + box.height);
  if (known.length > 0) {
    const yOf = scaleOf(panel, known, box);
    if (panel.target !== null) {
      ctx.strokeStyle = targetInk;
      ctx.setLineDash(targetDash);
      line(ctx, box.x, yOf(panel.target), box.x + box.width, yOf(panel.target));
      ctx.setLineDash([]);
    }
    drawLine(ctx, panel, values, xOf, yOf);
  }
  ctx.restore();
}

/** The ground under the days that the number is of. */
function drawAbout(
  ctx: SKRSContext2D,
  { about: [first, last] }: ChartPanel,
  { x, y, width, height }: Box,
  xOf: (index: number) => number,
  step: number,
): void {
  const left = Math.max(x, xOf(first) - step / 2);
  const right = Math.min(x + width, xOf(last) + step / 2);
  ctx.fillStyle = tint(hues.blue.fill, 0.12);
  ctx.fillRect(left, y, right - left, height);
}

/** A scale that holds all values and the target; sums stand on zero, a line that hardly moves is not drawn as a cliff. */
function scaleOf(
  { target, zero }: ChartPanel,
  known: readonly number[],
  { y, height }: Box,
): (value: number) => number {
  const all = target === null ? known : [...known, target];
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  const least = 0.1 * Math.max(Math.abs(low), Math.abs(high)) || 1;
  if (high - low < least) {
    const spare = least - (high - low);
    [low, high] = zero ? [low, high + spare] : [low - spare / 2, high + spare / 2];
  }
  const inset = 4;
  return (value) => y + height - inset - ((value - low) / (high - low)) * (height - 2 * inset);
}

/** Gaps stay gaps; what may still change is dotted; the newest value has a dot. */
function drawLine(
  ctx: SKRSContext2D,
  { unfinished }: ChartPanel,
  values: readonly (number | null)[],
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): void {
  ctx.strokeStyle = hues.blue.fill;
  ctx.fillStyle = hues.blue.fill;
  ctx.lineWidth = 2.5;
  ctx.lineJoin = 'round';
  for (const [index, value] of values.entries()) {
    const before = values[index - 1] ?? null;
    if (value === null) continue;
    if (before !== null) {
      ctx.setLineDash(unfinished.includes(index) || unfinished.includes(index - 1) ? incompleteDash : []);
      line(ctx, xOf(index - 1), yOf(before), xOf(index), yOf(value));
    } else if ((values[index + 1] ?? null) === null) dot(ctx, xOf(index), yOf(value), 2.5);
  }
  const newest = values.findLastIndex((value) => value !== null);
  dot(ctx, xOf(newest), yOf(values[newest]!), 4);
}

function drawDates(
  ctx: SKRSContext2D,
  { labels, locale }: ChartSpec,
  family: string,
  { x, y, width }: { x: number; y: number; width: number },
): void {
  const font = fontString(family, textSize.small);
  const shown = (label: string | undefined) => (label === undefined ? '' : formatDate(label.slice(0, 10), { locale }));
  drawText(ctx, { text: shown(labels[0]), x, y, font, color: mutedInk });
  drawText(ctx, { text: shown(labels.at(-1)), x: x + width, y, font, color: mutedInk, align: 'right' });
}

function line(ctx: SKRSContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

function dot(ctx: SKRSContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}
