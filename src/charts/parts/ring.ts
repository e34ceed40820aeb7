import type { Chart, Plugin } from 'chart.js';
import type { Slices } from '../slices.ts';
import type { ChartSpec } from '../spec.ts';
import { fitText, wrapText } from '../text-fit.ts';
import { ink, margin, mutedInk, textSize } from '../theme.ts';
import { formatLabel, formatShare } from '../value-format.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

const totalSize = 28;
const lineHeight = 16;

/** The total in the middle of the ring, as large as its hole allows, with what it counts below it. */
export function ringTotalPlugin(spec: ChartSpec, family: string, total: number): Plugin {
  const value = formatLabel(total, spec.format, spec.locale);
  const unit = spec.unit ?? spec.series[0]?.label ?? '';
  return {
    id: 'ring-total',
    afterDatasetsDraw(chart) {
      const ctx = contextOf(chart);
      const { x, y, inner } = holeOf(chart);
      // A line above the middle of a circle is shorter than its diameter.
      const width = inner * 1.7;
      const natural = measureIn(ctx, fontString(family, totalSize, true))(value);
      const size = Math.min(totalSize, Math.floor((totalSize * width) / natural));
      const font = fontString(family, textSize.small);
      const lines = unit === '' ? [] : wrapText(unit, inner * 1.5, 2, measureIn(ctx, font));
      const top = y - (lines.length * lineHeight) / 2;
      drawText(ctx, { text: value, x, y: top, font: fontString(family, size, true), color: ink, align: 'center' });
      for (const [at, text] of lines.entries()) {
        drawText(ctx, { text, x, y: top + 23 + at * lineHeight, font, color: mutedInk, align: 'center' });
      }
    },
  };
}

const swatch = 12;
const columnGap = 14;
const rowHeight = 30;

/** Beside the ring, a row for each slice: colour, name, value and share, in columns, so that none lies on another. */
export function ringListPlugin(spec: ChartSpec, family: string, { slices }: Slices, left: number): Plugin {
  const bold = fontString(family, textSize.label, true);
  const light = fontString(family, textSize.label);
  return {
    id: 'ring-list',
    afterDatasetsDraw(chart) {
      const ctx = contextOf(chart);
      const rows = slices.map(({ label, value, share, shade }) => ({
        label,
        shade,
        value: formatLabel(value, spec.format, spec.locale),
        share: formatShare(share, spec.locale),
      }));
      const shareWidth = Math.max(...rows.map((row) => measureIn(ctx, bold)(row.share)));
      const valueWidth = Math.max(...rows.map((row) => measureIn(ctx, light)(row.value)));
      const right = chart.width - margin.right;
      const valueRight = right - shareWidth - columnGap;
      const nameWidth = valueRight - valueWidth - columnGap - (left + swatch + 8);
      const { top, bottom } = chart.chartArea;
      const height = Math.min(rowHeight, (bottom - top) / rows.length);
      const first = (top + bottom) / 2 - ((rows.length - 1) * height) / 2;
      for (const [at, row] of rows.entries()) {
        const y = first + at * height;
        ctx.save();
        ctx.fillStyle = row.shade.fill;
        ctx.fillRect(left, y - swatch / 2, swatch, swatch);
        ctx.restore();
        const name = fitText(row.label, nameWidth, measureIn(ctx, light));
        drawText(ctx, { text: name, x: left + swatch + 8, y, font: light, color: ink });
        drawText(ctx, { text: row.value, x: valueRight, y, font: light, color: mutedInk, align: 'right' });
        drawText(ctx, { text: row.share, x: right, y, font: bold, color: ink, align: 'right' });
      }
    },
  };
}

function holeOf(chart: Chart): { x: number; y: number; inner: number } {
  const arc = chart.getDatasetMeta(0).data[0] as unknown as { x: number; y: number; innerRadius: number };
  return { x: arc.x, y: arc.y, inner: arc.innerRadius };
}
