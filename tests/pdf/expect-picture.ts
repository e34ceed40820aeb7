import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import { expect } from 'vitest';
import { decode, encode } from '../charts/pixels.ts';

/** CREMA_UPDATE_PICTURES=1 writes what is drawn now as what is expected; look at it before committing it. */
const update = process.env.CREMA_UPDATE_PICTURES === '1';
/** Part of the pixels that may differ: another build of the browser or the rasteriser may round an edge differently. */
const budget = 0.002;

/** Fails unless the picture (PNG) looks like the one in the file; what was drawn is then kept in the temporary folder. */
export function expectPicture(png: Buffer, file: string): void {
  const drawn = decode(png);
  if (update) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, encode(drawn));
  }
  const expected = decode(readFileSync(file));
  expect([drawn.width, drawn.height]).toEqual([expected.width, expected.height]);
  const different = pixelmatch(drawn.data, expected.data, undefined, drawn.width, drawn.height, { threshold: 0.12 });
  if (different <= budget * drawn.width * drawn.height) return;
  const kept = path.join(tmpdir(), 'crema-pictures', path.basename(file));
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, encode(drawn));
  expect.fail(`${different} pixels differ from ${path.basename(file)}; drawn: ${kept}`);
}
