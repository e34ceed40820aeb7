import type { SKRSContext2D } from 'canvas';
import type { Chart } from 'chart.js';
import type { Measure } from '../text-fit.ts';
import { boldWeight, paper } from '../theme.ts';

/** A font in canvas notation; chart.js' own font options are `{ family, size, weight }`. */
export function fontString(family: string, size: number, bold = false): string {
  return `${bold ? boldWeight : 400} ${size}px ${family}`;
}

/** Measures in the given font and leaves the context as it was. */
export function measureIn(ctx: SKRSContext2D, font: string): Measure {
  return (text) => {
    const before = ctx.font;
    ctx.font = font;
    const { width } = ctx.measureText(text);
    ctx.font = before;
    return width;
  };
}

export interface TextRun {
  text: string;
  x: number;
  y: number;
  font: string;
  color: string;
  align?: 'left' | 'center' | 'right';
  /** A white rim that keeps the text readable where it lies over lines. */
  halo?: boolean;
}

/** Draws one line of text, its middle at `y`. */
export function drawText(ctx: SKRSContext2D, run: TextRun): void {
  ctx.save();
  ctx.font = run.font;
  ctx.textAlign = run.align ?? 'left';
  ctx.textBaseline = 'middle';
  if (run.halo) {
    ctx.strokeStyle = paper;
    ctx.lineWidth = 4;
    ctx.lineJoin = 'round';
    ctx.strokeText(run.text, run.x, run.y);
  }
  ctx.fillStyle = run.color;
  ctx.fillText(run.text, run.x, run.y);
  ctx.restore();
}

/** The context as the worker's canvas provides it; chart.js knows only a browser's. */
export function contextOf(chart: Chart): SKRSContext2D {
  return chart.ctx as unknown as SKRSContext2D;
}
