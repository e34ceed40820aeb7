import type { Chart, ChartDataset, Plugin } from 'chart.js';
import { noValue } from '../../domain/format.ts';
import { grey, type Shade, tint } from '../palette.ts';
import type { ChartSeries, ChartSpec } from '../spec.ts';
import { ink, mutedInk, textSize } from '../theme.ts';
import { type Box, hatch } from './hatch.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/** Bars of one series: incomplete ones pale, to be hatched, muted ones grey. */
export function barDataset(spec: ChartSpec, series: ChartSeries, shade: Shade): ChartDataset<'bar'> {
  const incomplete = new Set(spec.incomplete);
  const muted = new Set(spec.muted ?? []);
  return {
    label: series.label,
    data: series.values as number[],
    borderColor: shade.fill,
    backgroundColor: spec.labels.map((_, index) => {
      const color = muted.has(index) ? grey.fill : shade.fill;
      return incomplete.has(index) ? tint(color, 0.12) : color;
    }),
    borderWidth: 0,
    borderRadius: spec.labels.map((_, index) => (incomplete.has(index) ? 0 : 2)) as unknown as number,
    maxBarThickness: 56,
  };
}

/** Hatches the bars of buckets that are not complete. */
export function hatchPlugin(spec: ChartSpec, shades: readonly Shade[]): Plugin {
  return {
    id: 'hatch',
    afterDatasetsDraw(chart) {
      for (const [series, shade] of shades.entries()) {
        for (const index of spec.incomplete) {
          const box = barBox(chart, series, index);
          if (box && box.width > 0 && box.height > 0) hatch(contextOf(chart), box, shade.fill);
        }
      }
    },
  };
}

/** What is printed at a bar: the value and, in a second line or after it, something said more quietly. */
export interface BarText {
  value: string;
  more?: string;
}

export interface BarValuesOptions {
  texts: (series: number, index: number) => BarText;
  horizontal: boolean;
  size?: number;
  /** Print nothing at all where the texts would not fit beside each other, because an axis says it too. */
  optional?: boolean;
}

/** Prints the values at the ends of the bars; a gap is marked as one. */
export function barValuesPlugin(spec: ChartSpec, family: string, options: BarValuesOptions): Plugin {
  const { texts, horizontal, size = textSize.label, optional = false } = options;
  const bold = fontString(family, size, true);
  const light = fontString(family, size);
  return {
    id: 'bar-values',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const measure = measureIn(ctx, bold);
      const measureLight = measureIn(ctx, light);
      if (optional && !textsFit(chart, spec, texts, measure)) return;
      for (const [series, { values }] of spec.series.entries()) {
        for (const [index, value] of values.entries()) {
          const bar = chart.getDatasetMeta(series).data[index];
          const end = endOf(chart, series, index);
          if (!bar || !end) continue;
          const { value: text, more } = value === null ? { value: noValue } : texts(series, index);
          const color = value === null ? mutedInk : ink;
          const negative = (value ?? 0) < 0;
          if (horizontal) {
            const x = end.x + (negative ? -6 : 6);
            // The target's line may pass here: the number stays readable.
            if (spec.target && !negative)
              clearBehind(ctx, { x: x - 2, y: end.y - size / 2 - 2, width: measure(text) + 4, height: size + 4 });
            drawText(ctx, { text, x, y: end.y, font: bold, color, align: negative ? 'right' : 'left' });
            if (more) drawText(ctx, { text: more, x: x + measure(text) + 6, y: end.y, font: light, color: mutedInk });
            continue;
          }
          const lines = more ? 2 : 1;
          const y = negative ? end.y + 11 : end.y - 10 - (lines - 1) * 17;
          drawText(ctx, { text, x: end.x, y, font: bold, color, align: 'center', halo: optional });
          if (more && measureLight(more) > 0) {
            drawText(ctx, { text: more, x: end.x, y: y + 17, font: light, color: mutedInk, align: 'center' });
          }
        }
      }
    },
  };
}

/** Room the texts of horizontal bars need at the right of the longest bar, in pixels. */
export function barTextRoom(chart: Chart, spec: ChartSpec, family: string, options: BarValuesOptions): number {
  const { texts, size = textSize.label } = options;
  const measure = measureIn(contextOf(chart), fontString(family, size, true));
  const widths = spec.series.flatMap((series, s) =>
    series.values.map((value, i) => (value === null ? 0 : measure([texts(s, i).value, texts(s, i).more].join(' ')))),
  );
  return Math.max(0, ...widths) + 16;
}

function textsFit(
  chart: Chart,
  spec: ChartSpec,
  texts: BarValuesOptions['texts'],
  measure: (text: string) => number,
): boolean {
  const slot = chart.chartArea.width / spec.labels.length / spec.series.length;
  return spec.series.every((series, s) =>
    series.values.every((value, i) => value === null || measure(texts(s, i).value) <= slot - 2),
  );
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

function barBox(chart: Chart, series: number, index: number): Box | undefined {
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

function clearBehind(ctx: ReturnType<typeof contextOf>, box: Box): void {
  ctx.save();
  ctx.fillStyle = '#ffffff';
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.restore();
}
