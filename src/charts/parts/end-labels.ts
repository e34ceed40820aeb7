import type { Chart, Plugin } from 'chart.js';
import { fitText } from '../text-fit.ts';
import { margin, textSize } from '../theme.ts';
import { barBox } from './bars.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/** Widest label beside the plot, in pixels: a quarter of the picture. */
const maxWidth = 150;
const lineHeight = 18;
const distance = 8;

interface LabelText {
  text: string;
  color: string;
  /** Not bold. */
  quiet?: boolean;
}

/** A label at a point of a line: which series, which point. */
export interface PointLabel extends LabelText {
  series: number;
  index: number;
  /** In the middle of the point's part of a stack of lines or bars, instead of at its end. */
  inside?: 'line' | 'bar';
}

/** A label beside the plot: of a line's end, or of a value all lines share. */
export type EndLabel = PointLabel | (LabelText & { value: number });

/** Room the labels need at the right of the plot, in pixels. */
export function endLabelRoom(chart: Chart, labels: readonly EndLabel[], family: string): number {
  const widest = Math.max(0, ...labels.map((label) => measureIn(contextOf(chart), fontOf(label, family))(label.text)));
  return Math.min(maxWidth, widest) + distance + margin.right;
}

/**
 * Names the lines at their ends instead of in a legend. Labels that would lie on each other are moved apart, each joined
 * to its line by a thin one where that took it away.
 */
export function endLabelsPlugin(labels: readonly EndLabel[], family: string): Plugin {
  return {
    id: 'end-labels',
    afterDatasetsDraw(chart) {
      const ctx = contextOf(chart);
      const ends = labels.map((label) => ({ ...label, ...placeOf(chart, label) })).sort((a, b) => a.y - b.y);
      const heights = spread(
        ends.map((end) => end.y),
        lineHeight,
        chart.chartArea.top,
        chart.chartArea.bottom,
      );
      for (const [i, end] of ends.entries()) {
        const y = heights[i]!;
        if (Math.abs(y - end.y) > lineHeight / 2) {
          ctx.save();
          ctx.strokeStyle = end.color;
          ctx.lineWidth = 1;
          ctx.beginPath();
          ctx.moveTo(end.x + 3, end.y);
          ctx.lineTo(end.x + distance - 1, y);
          ctx.stroke();
          ctx.restore();
        }
        const font = fontOf(end, family);
        const text = fitText(end.text, maxWidth, measureIn(ctx, font));
        drawText(ctx, { text, x: end.x + distance + 1, y, font, color: end.color });
      }
    },
  };
}

/** A single value printed at its point, above or below, on the side the line does not take. */
export function pointLabelPlugin(label: PointLabel, family: string): Plugin {
  return {
    id: 'point-label',
    afterDatasetsDraw(chart) {
      const ctx = contextOf(chart);
      const font = fontString(family, textSize.label, true);
      const { x, y } = pointAt(chart, label);
      const neighbours = [-1, 1].flatMap((step) => {
        const at = pointAt(chart, { ...label, index: label.index + step });
        return Number.isFinite(at.y) ? [at.y] : [];
      });
      const lineIsAbove = neighbours.length > 0 && neighbours.reduce((sum, at) => sum + at - y, 0) < 0;
      const below = (lineIsAbove && y + 24 < chart.chartArea.bottom) || y - 20 < chart.chartArea.top;
      const half = measureIn(ctx, font)(label.text) / 2;
      drawText(ctx, {
        text: label.text,
        x: Math.max(chart.chartArea.left + half + 2, Math.min(x, chart.width - margin.right - half)),
        y: y + (below ? 15 : -15),
        font,
        color: label.color,
        align: 'center',
        halo: true,
      });
    },
  };
}

function fontOf(label: LabelText, family: string): string {
  return fontString(family, textSize.label, !label.quiet);
}

/** Where a label points to: the end of its line, or the right edge of the plot. */
function placeOf(chart: Chart, label: EndLabel): { x: number; y: number } {
  if ('value' in label) return { x: chart.chartArea.right, y: chart.scales.y?.getPixelForValue(label.value) ?? 0 };
  const { x, y } = pointAt(chart, label);
  if (!label.inside) return { x, y };
  if (label.inside === 'bar') {
    const box = barBox(chart, label.series, label.index);
    return { x: chart.chartArea.right, y: box ? box.y + box.height / 2 : y };
  }
  const below = label.series === 0 ? chart.chartArea.bottom : pointAt(chart, { ...label, series: label.series - 1 }).y;
  return { x, y: (y + below) / 2 };
}

function pointAt(chart: Chart, label: PointLabel): { x: number; y: number } {
  const point = chart.getDatasetMeta(label.series).data[label.index];
  return { x: point?.x ?? Number.NaN, y: point?.y ?? Number.NaN };
}

/** Ascending positions moved apart to at least `gap`, kept within `[top, bottom]` as far as they fit. */
export function spread(positions: readonly number[], gap: number, top: number, bottom: number): number[] {
  const result: number[] = [];
  for (const position of positions) result.push(Math.max(position, (result.at(-1) ?? top - gap) + gap, top));
  // What was pushed out below is pushed back up, each one only as far as the one below it asks.
  let limit = bottom;
  for (let i = result.length - 1; i >= 0; i--) {
    result[i] = Math.min(result[i]!, limit);
    limit = result[i]! - gap;
  }
  return result;
}
