import { expect, test } from 'vitest';
import { render } from '../../src/charts/worker.ts';
import { aSpec } from './specs.ts';

test('a picture that leaves its worker takes no more memory with it than it has bytes', async () => {
  const svg = await render({ format: 'svg', spec: aSpec() });
  expect(Buffer.from(svg).toString('utf8')).toMatch(/^<svg.*<\/svg>$/s);
  expect(svg.buffer.byteLength).toBe(svg.byteLength);
});
