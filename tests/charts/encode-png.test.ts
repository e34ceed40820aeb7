import { createCanvas } from 'canvas';
import { expect, test } from 'vitest';
import { encodeOpaquePng } from '../../src/charts/encode-png.ts';
import { decode } from './pixels.ts';

/** Every pixel another one. */
function colourful(width: number, height: number) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      context.fillStyle = `rgb(${(x * 7) % 256} ${(y * 11) % 256} ${(x * y) % 256})`;
      context.fillRect(x, y, 1, 1);
    }
  return canvas;
}

test('a picture has every pixel of the canvas, whatever was encoded before it', () => {
  for (const [width, height] of [
    [37, 23],
    [5, 61],
    [37, 23],
  ] as const) {
    const canvas = colourful(width, height);
    const expected = decode(canvas.toBuffer('image/png'));
    const encoded = decode(encodeOpaquePng(canvas)!);
    expect([encoded.width, encoded.height]).toEqual([width, height]);
    expect(Buffer.compare(Buffer.from(encoded.data), Buffer.from(expected.data))).toBe(0);
  }
});

test('a canvas with a transparent pixel is left to others', () => {
  const canvas = colourful(8, 8);
  canvas.getContext('2d').clearRect(3, 3, 1, 1);
  expect(encodeOpaquePng(canvas)).toBeNull();
});
