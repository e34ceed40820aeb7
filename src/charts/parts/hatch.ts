import type { SKRSContext2D } from 'canvas';
import { tint } from '../palette.ts';
import type { Unfinished } from '../unfinished.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How much of the colour is left in the hatching of a bucket that only has to mature. */
const lighter = 0.5;

/**
 * Diagonal lines within a box and its outline: drawn as lines, not as a pattern, so that vector output stays vector.
 * What is immature is lighter and leans the other way, so that the two are told apart without their colour too.
 */
export function hatch(
  ctx: SKRSContext2D,
  box: Box,
  color: string,
  options: { why: Unfinished; distance?: number; outline?: boolean },
): void {
  const { why, distance = 7, outline = true } = options;
  ctx.save();
  ctx.strokeStyle = why === 'immature' ? tint(color, lighter) : color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip();
  ctx.beginPath();
  const [top, bottom] = why === 'immature' ? [box.y + box.height, box.y] : [box.y, box.y + box.height];
  for (let offset = distance / 2; offset < box.width + box.height; offset += distance) {
    ctx.moveTo(box.x + offset, top);
    ctx.lineTo(box.x + offset - box.height, bottom);
  }
  ctx.stroke();
  if (outline) ctx.strokeRect(box.x, box.y, box.width, box.height);
  ctx.restore();
}
