import type { SKRSContext2D } from 'canvas';
import type { Plugin } from 'chart.js';
import type { ChartSpec } from '../spec.ts';
import { fitText } from '../text-fit.ts';
import { margin, mutedInk, textSize } from '../theme.ts';
import { formatCell } from '../value-format.ts';
import { type HeatScale, windowInk } from './heat-scale.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

/** Paper between cells, in pixels. */
const seam = 1.5;
const columnNames = 20;
/** Widest name of a row, in pixels. */
const widestName = 120;
/** Smallest text in a cell: to be read on a phone it has to be looked at closely. */
const smallestValue = 10;
/** Between names of columns, in pixels. */
const nameGap = 8;
/** Steps that people count in, hours of a day among them. */
const steps = [1, 2, 3, 4, 6, 12, 24];

interface Cells {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The cells, the names of rows at their left and of columns below them, values where all of them fit, the window. */
export function gridPlugin(spec: ChartSpec, family: string, scale: HeatScale): Plugin {
  const font = fontString(family, textSize.label);
  return {
    id: 'heat-grid',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const measure = measureIn(ctx, font);
      const nameWidth = Math.min(widestName, Math.max(...spec.series.map(({ label }) => measure(label))));
      const left = margin.left + nameWidth + 8;
      const { top, bottom } = chart.chartArea;
      const cells: Cells = {
        left,
        top,
        width: (chart.width - margin.right - left) / spec.labels.length,
        height: (bottom - columnNames - top) / spec.series.length,
      };
      drawCells(ctx, spec, scale, cells);
      drawValues(ctx, spec, family, scale, cells);
      const size = Math.min(textSize.label, Math.max(9, Math.floor(cells.height - 2)));
      const small = fontString(family, size);
      for (const [row, { label }] of spec.series.entries()) {
        const text = fitText(label, nameWidth, measureIn(ctx, small));
        drawText(ctx, {
          text,
          x: left - 8,
          y: top + (row + 0.5) * cells.height,
          font: small,
          color: mutedInk,
          align: 'right',
        });
      }
      const y = top + spec.series.length * cells.height + columnNames / 2 + 2;
      const widest = Math.max(...spec.labels.map(measure));
      const step = steps.find((each) => each * cells.width >= widest + nameGap) ?? spec.labels.length;
      for (const [column, text] of spec.labels.entries()) {
        if (column % step === 0)
          drawText(ctx, { text, x: left + (column + 0.5) * cells.width, y, font, color: mutedInk, align: 'center' });
      }
      drawWindow(ctx, spec, cells);
    },
  };
}

/** A cell without data is left to the paper. */
function drawCells(ctx: SKRSContext2D, spec: ChartSpec, scale: HeatScale, { left, top, width, height }: Cells): void {
  ctx.save();
  for (const [row, { values }] of spec.series.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) continue;
      ctx.fillStyle = scale.colorOf(value);
      ctx.fillRect(left + column * width, top + row * height, width - seam, height - seam);
    }
  }
  ctx.restore();
}

/** Every value, or none: some of them would look as if they were the important ones. */
function drawValues(ctx: SKRSContext2D, spec: ChartSpec, family: string, scale: HeatScale, cells: Cells): void {
  const { left, top, width, height } = cells;
  const size = Math.min(textSize.small, Math.floor(height - 3));
  if (size < smallestValue) return;
  const font = fontString(family, size);
  const texts = spec.series.map(({ values }) =>
    values.map((value) => (value === null ? '' : formatCell(value, spec.format, spec.locale))),
  );
  const widest = Math.max(...texts.flat().map(measureIn(ctx, font)));
  if (widest > width - seam - 4) return;
  for (const [row, { values }] of spec.series.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) continue;
      drawText(ctx, {
        text: texts[row]![column]!,
        x: left + (column + 0.5) * width - seam / 2,
        y: top + (row + 0.5) * height - seam / 2,
        ...{ font, color: scale.inkOn(value), align: 'center' },
      });
    }
  }
}

function drawWindow(ctx: SKRSContext2D, spec: ChartSpec, { left, top, width, height }: Cells): void {
  if (!spec.window) return;
  const { rows, columns } = spec.window;
  ctx.save();
  ctx.strokeStyle = windowInk;
  ctx.lineWidth = 2.5;
  ctx.strokeRect(
    left + columns[0] * width - seam / 2,
    top + rows[0] * height - seam / 2,
    (columns[1] - columns[0] + 1) * width,
    (rows[1] - rows[0] + 1) * height,
  );
  ctx.restore();
}
