import { afterAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { sparklineSvg } from '../../src/charts/sparkline.ts';

const paths = (svg: string) => [...svg.matchAll(/<path d="M ([^"]+)"[^>]*?(stroke-dasharray)?[^>]*\/>/g)];
const svgOf = (values: (number | null)[], unfinished: number[] = []) =>
  sparklineSvg({ values, unfinished, altText: 'Tickets by week.' });

describe('a sparkline', () => {
  test('runs from edge to edge, the highest value at the top and the lowest at the bottom', () => {
    expect(paths(svgOf([1, 3, 2]))[0]?.[1]).toBe('4,28 60,4 116,16');
  });

  test('stays in the middle where all values are the same', () => {
    expect(paths(svgOf([5, 5]))[0]?.[1]).toBe('4,16 116,16');
  });

  test('keeps gaps as gaps', () => {
    expect(paths(svgOf([1, 2, null, 1, 2]))).toHaveLength(2);
    expect(paths(svgOf([1, null, 2]))).toHaveLength(0);
  });

  test('draws what may still change with dashes and an open end', () => {
    const svg = svgOf([1, 2, 3], [2]);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(svg).toMatch(/<circle [^>]*fill="#ffffff"/);
    expect(svgOf([1, 2, 3])).not.toMatch(/stroke-dasharray|#ffffff/);
  });

  test('says what it shows, and nothing in that can end the picture', () => {
    const svg = sparklineSvg({ values: [1, 2], unfinished: [], altText: '"><script>\u0000' });
    expect(svg).toContain('aria-label="&quot;&gt;&lt;script&gt; "');
  });

  describe('as PNG', () => {
    const renderer = createChartRenderer({ workers: 1 });
    afterAll(() => renderer.close());

    test('has twice the pixels', async () => {
      const png = await renderer.sparkline({ values: [1, 2], unfinished: [], altText: 'x' });
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([240, 64]);
    });
  });
});
