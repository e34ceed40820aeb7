import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { afterAll, describe, expect, test } from 'vitest';
import { hues } from '../../src/charts/palette.ts';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { countColor, decode, encode, halve } from './pixels.ts';
import { aSpec, days, pictures } from './specs.ts';

/** CREMA_UPDATE_PICTURES=1 writes what is drawn now as what is expected; look at it before committing it. */
const update = process.env.CREMA_UPDATE_PICTURES === '1';
const folder = fileURLToPath(new URL('./expected/', import.meta.url));
/** Pixels of 189,000 that may differ: another build of the rasteriser may round an edge differently. */
const budget = 400;

const renderer = createChartRenderer();
afterAll(() => renderer.close());

describe('a picture looks as it was approved', () => {
  test.each(Object.entries(pictures))('%s', async (name, spec) => {
    const drawn = halve(decode(await renderer.png(spec)));
    const file = join(folder, `${name}.png`);
    if (update) writeFileSync(file, encode(drawn));
    const expected = decode(readFileSync(file));
    expect([drawn.width, drawn.height]).toEqual([expected.width, expected.height]);
    const different = pixelmatch(drawn.data, expected.data, undefined, drawn.width, drawn.height, { threshold: 0.12 });
    if (different > budget) {
      const out = join(tmpdir(), 'crema-pictures');
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${name}.png`), encode(drawn));
      expect.fail(`${different} pixels differ from expected/${name}.png; drawn: ${join(out, `${name}.png`)}`);
    }
  });
});

test('a picture is 1200 by 630 pixels on white', async () => {
  const picture = decode(await renderer.png(aSpec()));
  expect([picture.width, picture.height]).toEqual([1200, 630]);
  expect([...picture.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
});

test('a single slice is a whole ring, and its hole is empty but for the total', async () => {
  const drawn = decode(await renderer.png(pictures['doughnut-one']!));
  const { blue } = hues;
  // Left and right of the middle, in the ring: at the top there would be a seam.
  expect(countColor(drawn, blue.fill, { x: 236, y: 146, width: 8, height: 40 })).toBe(8 * 40);
  expect(countColor(drawn, '#ffffff', { x: 200, y: 250, width: 80, height: 20 })).toBe(80 * 20);
});

test('what is maturing is hatched more lightly than what is not complete', async () => {
  const bar = (more: object) => aSpec({ kind: 'bar', labels: days(3), series: [one], ...more });
  const one = { key: 'value', label: 'n', values: [0.9, 0.9, 0.9] };
  const whole = { x: 0, y: 130, width: 1200, height: 360 };
  const dark = async (more: object) => countColor(decode(await renderer.png(bar(more))), hues.blue.fill, whole);
  const [none, immature, incomplete] = [await dark({}), await dark({ immature: [2] }), await dark({ incomplete: [2] })];
  expect(incomplete).toBeLessThan(none);
  expect(immature).toBeLessThan(incomplete);
});

test('what is not all decided stands on hatched ground under a line, and is dashed', async () => {
  const drawn = async (more: object) => decode(await renderer.png(aSpec({ labels: days(3), series: [one], ...more })));
  const one = { key: 'value', label: 'n', values: [0.9, 0.91, 0.9] };
  const [finished, immature] = [await drawn({}), await drawn({ immature: [2] })];
  const inked = (picture: Awaited<ReturnType<typeof drawn>>, box: Parameters<typeof countColor>[2]) =>
    box.width * box.height - countColor(picture, '#ffffff', box);
  // Between the last two points, past the half of the way; and between the first two.
  const [before, behind] = [
    { x: 200, y: 160, width: 220, height: 330 },
    { x: 840, y: 160, width: 220, height: 330 },
  ];
  expect(inked(immature, behind)).toBeGreaterThan(inked(finished, behind) + 0.1 * behind.width * behind.height);
  expect(inked(immature, before)).toBe(inked(finished, before));
  expect(countColor(immature, hues.blue.fill, behind)).toBe(0);
  expect(countColor(finished, hues.blue.fill, behind)).toBeGreaterThan(200);
});

test('a long title is not squeezed where labels stand beside the plot', async () => {
  const title = 'Ticket SLA compliance by day in all teams and for every priority, '.repeat(2);
  const spec = (target: string) => aSpec({ title, target: { value: 0.9, label: target } });
  const inkOf = async (target: string) =>
    countColor(decode(await renderer.png(spec(target))), '#1b1f24', { x: 0, y: 0, width: 1200, height: 110 });
  expect(await inkOf('target of ninety percent')).toBe(await inkOf('t'));
});

describe('a gap stays a gap', () => {
  const middle = { x: 560, y: 136, width: 80, height: 384 };
  const line = (values: (number | null)[]) =>
    aSpec({ labels: days(5), format: 'count', series: [{ key: 'value', label: 'n', values }] });

  test('a line is not drawn through a missing value', async () => {
    const whole = decode(await renderer.png(line([5, 6, 5, 6, 5])));
    const gap = decode(await renderer.png(line([5, 6, null, 6, 5])));
    expect(countColor(whole, hues.blue.fill, middle)).toBeGreaterThan(100);
    expect(countColor(gap, hues.blue.fill, middle)).toBe(0);
  });

  test('an area is not filled under a missing value', async () => {
    const spec = line([5, 6, null, 6, 5]);
    const whole = decode(await renderer.png({ ...line([5, 6, 5, 6, 5]), kind: 'area' }));
    const gap = decode(await renderer.png({ ...spec, kind: 'area' }));
    expect(countColor(whole, hues.blue.fill, middle)).toBeGreaterThan(100);
    expect(countColor(gap, hues.blue.fill, middle)).toBe(0);
    expect(countColor(gap, '#ffffff', middle)).toBeGreaterThan(0.95 * middle.width * middle.height);
  });

  test('a value between two gaps shows as a dot', async () => {
    const alone = decode(await renderer.png(line([5, null, 6, null, 5])));
    expect(countColor(alone, hues.blue.fill, middle)).toBeGreaterThan(100);
  });
});
