import type { SKRSContext2D } from 'canvas';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Diagonal lines within a box and its outline: drawn as lines, not as a pattern, so that vector output stays vector. */
export function hatch(ctx: SKRSContext2D, box: Box, color: string, distance = 7): void {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip();
  ctx.beginPath();
  for (let offset = distance / 2; offset < box.width + box.height; offset += distance) {
    ctx.moveTo(box.x + offset, box.y);
    ctx.lineTo(box.x + offset - box.height, box.y + box.height);
  }
  ctx.stroke();
  ctx.strokeRect(box.x, box.y, box.width, box.height);
  ctx.restore();
}
