import type { Chart, Plugin } from 'chart.js';
import { noValue } from '../../domain/format.ts';
import type { ChartSpec } from '../spec.ts';
import { ink, mutedInk, textSize } from '../theme.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/** What is printed at a bar: the value and, in a second line or after it, something said more quietly. */
export interface BarText {
  value: string;
  more?: string;
}

/** A text at the end of one bar; a value of `null` is marked as a gap. */
export interface BarMark {
  series: number;
  index: number;
  value: number | null;
  text: BarText;
}

export interface BarValuesOptions {
  marks: readonly BarMark[];
  horizontal: boolean;
  /** The target whose line is drawn across the bars. */
  target?: ChartSpec['target'];
  size?: number;
  /** Print nothing at all where the texts would not fit beside each other, because an axis says it too. */
  optional?: boolean;
}

/** One mark for each bar, its text by series and index. */
export function marksOf(spec: ChartSpec, text: (value: number, index: number) => BarText): BarMark[] {
  return spec.series.flatMap(({ values }, series) =>
    values.map((value, index) => markOf(series, index, value, (known) => text(known, index))),
  );
}

/** The mark of one bar, or of the gap where one would be. */
export function markOf(series: number, index: number, value: number | null, text: (value: number) => BarText): BarMark {
  return { series, index, value, text: value === null ? { value: noValue } : text(value) };
}

/** Prints texts at the ends of the bars, clear of the target's line. */
export function barValuesPlugin(family: string, options: BarValuesOptions): Plugin {
  const { marks, horizontal, target, size = textSize.label, optional = false } = options;
  const bold = fontString(family, size, true);
  const light = fontString(family, size);
  return {
    id: 'bar-values',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const measure = measureIn(ctx, bold);
      if (optional && !textsFit(chart, marks, measure)) return;
      const line = target && chart.scales[horizontal ? 'x' : 'y']?.getPixelForValue(target.value);
      for (const { series, index, value, text } of marks) {
        const end = endOf(chart, series, index);
        if (!end) continue;
        const color = value === null ? mutedInk : ink;
        const away = (value ?? 0) < 0 ? -1 : 1;
        const moreWidth = text.more ? measureIn(ctx, light)(text.more) + 6 : 0;
        if (horizontal) {
          const width = measure(text.value) + moreWidth;
          const from = away < 0 ? end.x - 6 - width : end.x + 6;
          const x = from + pastLine(from, from + width, line, away);
          drawText(ctx, { text: text.value, x, y: end.y, font: bold, color });
          if (text.more)
            drawText(ctx, { text: text.more, x: x + width - moreWidth + 6, y: end.y, font: light, color: mutedInk });
          continue;
        }
        const middle = away < 0 ? end.y + 11 : end.y - 10 - (text.more ? 17 : 0);
        const half = size / 2 + 1;
        const y = middle + pastLine(middle - half, middle + half + (text.more ? 17 : 0), line, -away);
        drawText(ctx, { text: text.value, x: end.x, y, font: bold, color, align: 'center', halo: optional });
        if (text.more) {
          drawText(ctx, { text: text.more, x: end.x, y: y + 17, font: light, color: mutedInk, align: 'center' });
        }
      }
    },
  };
}

/** Distances between a text and a line: nearer than `near` it would touch, `clear` is where it is put then. */
const near = 4;
const clear = 5;

/** How far a text over `[from, to]` has to move, onward in the direction of `away` (1 or -1), to be clear of a line. */
export function pastLine(from: number, to: number, line: number | null | undefined, away: number): number {
  if (line == null || line < from - near || line > to + near) return 0;
  return away > 0 ? line + clear - from : line - clear - to;
}

/** Room the texts of horizontal bars need at the right of the longest bar, in pixels. */
export function barTextRoom(chart: Chart, family: string, options: BarValuesOptions): number {
  const { marks, size = textSize.label } = options;
  const measure = measureIn(contextOf(chart), fontString(family, size, true));
  const widths = marks.map(({ value, text }) => (value === null ? 0 : measure([text.value, text.more].join(' '))));
  return Math.max(0, ...widths) + 16;
}

/** Room those of bars below zero need between the longest of them and the names, in pixels; 0 without such bars. */
export function leftTextRoom(chart: Chart, family: string, options: BarValuesOptions): number {
  const below = options.marks.filter(({ value }) => (value ?? 0) < 0);
  return below.length === 0 ? 0 : barTextRoom(chart, family, { ...options, marks: below });
}

function textsFit(chart: Chart, marks: readonly BarMark[], measure: (text: string) => number): boolean {
  const slot = chart.chartArea.width / marks.length;
  return marks.every(({ value, text }) => value === null || measure(text.value) <= slot - 2);
}

function endOf(chart: Chart, series: number, index: number): { x: number; y: number } | undefined {
  const bar = chart.getDatasetMeta(series).data[index];
  if (!bar) return undefined;
  const horizontal = chart.options.indexAxis === 'y';
  const scale = chart.scales[horizontal ? 'x' : 'y'];
  const zero = scale?.getPixelForValue(0) ?? 0;
  const x = Number.isFinite(bar.x) ? bar.x : zero;
  const y = Number.isFinite(bar.y) ? bar.y : zero;
  return { x, y };
}
