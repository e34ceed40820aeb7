import { afterAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { aSpec, namesOfTheWorld, pictures } from './specs.ts';

const renderer = createChartRenderer();
afterAll(() => renderer.close());

const texts = (svg: string) => Array.from(svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g), (match) => match[1]!);

const placed = (svg: string) =>
  Array.from(
    svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)" font-size="(\d+)" font-weight="(\w+)"[^>]*>([^<]*)<\/text>/g),
    ([, x, y, size, weight, text]) => ({ x: Number(x), y: Number(y), size: Number(size), weight, text: text! }),
  );

describe('a chart as SVG', () => {
  test('keeps every label as one text with its own characters', async () => {
    const found = texts(await renderer.svg(pictures['bar-names']!));
    for (const name of namesOfTheWorld.filter((name) => name.length < 60)) expect(found).toContain(name);
    expect(found).toContain('Tickets by account');
    expect(found).toContain('12,450');
    expect(found).toContain('Source: crm · as of 15 Nov 2026, 08:25');
  });

  test('names fonts and embeds neither fonts nor pictures', async () => {
    const svg = await renderer.svg(pictures.line!);
    expect(svg).toContain("font-family=\"'Noto Sans', 'Noto Sans Arabic', 'Noto Sans SC'");
    expect(svg).not.toMatch(/<image|@font-face|data:/);
  });

  test('scales and says what it shows', async () => {
    const svg = await renderer.svg(aSpec({ altText: 'SLA <rose> & "fell"' }));
    expect(svg).toContain('viewBox="0 0 600 315"');
    expect(svg).toContain('<title>SLA &lt;rose&gt; &amp; &quot;fell&quot;</title>');
  });

  test('prints names that are not well-formed without breaking the document', async () => {
    const svg = await renderer.svg(aSpec({ title: 'a\u0000b\ud800c <script>' }));
    expect(texts(svg)).toContain('a\ufffdb\ufffdc &lt;script&gt;');
  });

  test('keeps the numbers of bars below zero clear of the names, and those above of the edge', async () => {
    const elements = placed(await renderer.svg(pictures['bar-names-below-zero']!));
    const at = (text: string) => elements.find((element) => element.text === text)!.x;
    // Names are placed by their ends.
    expect(at('−100')).toBeGreaterThan(at('Straßenlicht GmbH') + 5);
    expect(at('−12.5')).toBeGreaterThan(at('−100'));
    expect(at('66.7')).toBeGreaterThan(at('0'));
    expect(at('66.7')).toBeLessThan(600 - 25);
  });

  test.each(['bar-target-near', 'grouped-names', 'stacked-names'])(
    'keeps the numbers of %s to one side of the target',
    async (name) => {
      const spec = pictures[name]!;
      const elements = placed(await renderer.svg(spec));
      const line = elements.find(({ text }) => text === spec.target!.label)!.x;
      const numbers = elements.filter(({ text, weight }) => weight === '600' && /^[\d.,]+( %)?$/.test(text));
      expect(numbers.length).toBeGreaterThanOrEqual(4);
      for (const { text, x } of numbers) {
        // Digits of this font are 0.58 of their size wide; the widest text here has seven characters of 14.
        const width = text.length * 0.6 * 14;
        expect(x > line || x + width < line, `${text} at ${x}, target at ${line}`).toBe(true);
      }
    },
  );

  test('keeps the numbers on upright bars off the target', async () => {
    const elements = placed(await renderer.svg(pictures['bar-days-maturing-target']!));
    const label = elements.find(({ text }) => text === 'target 100')!;
    // Baselines lie some 5 below the middle of a text, and the target's line at the middle of its label.
    const line = label.y - 5;
    const numbers = elements.filter(({ weight, size, text }) => weight === '600' && size === 12 && /^\d+$/.test(text));
    expect(numbers).toHaveLength(10);
    for (const { text, y } of numbers) expect(y < line - 2 || y - 10 > line + 2, `${text} at ${y}`).toBe(true);
  });

  test('says of a doughnut its total, what it counts, and every slice', async () => {
    const found = texts(await renderer.svg(pictures['doughnut-many']!));
    for (const text of ['1,932,425', 'EUR', '株式会社サンプル東京営業部', 'شركة الاتصالات المتقدمة', 'Other'])
      expect(found).toContain(text);
    expect(found.filter((text) => text.endsWith('%'))).toHaveLength(6);
  });

  test('says in the corner what is not complete and what is not all decided, where they are shown', async () => {
    const corner = async (spec: ChartSpec) =>
      texts(await renderer.svg(spec)).filter((text) => ['not all decided yet', 'not complete'].includes(text));
    for (const kind of ['line', 'area', 'bar', 'stacked', 'grouped', 'histogram'] as const) {
      expect(await corner(aSpec({ kind, immature: [4, 5] }))).toEqual(['not all decided yet']);
      expect(await corner(aSpec({ kind, immature: [5, 6], incomplete: [6] }))).toEqual([
        'not complete',
        'not all decided yet',
      ]);
    }
    expect(await corner(aSpec())).toEqual([]);
  });

  test('several charts can stand in one page: their ids differ', async () => {
    const ids = async (name: string) =>
      [...(await renderer.svg(pictures[name]!)).matchAll(/\bid="([^"]+)"/g)].map((m) => m[1]!);
    const [one, other] = [await ids('bar-names'), await ids('bar-days-incomplete')];
    expect(one.length).toBeGreaterThan(0);
    expect(other.length).toBeGreaterThan(0);
    expect(one.filter((id) => other.includes(id))).toEqual([]);
  });

  test('every reference points to an id of the same document', async () => {
    const svg = await renderer.svg(pictures['bar-days-incomplete']!);
    const ids = new Set([...svg.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]));
    for (const [, target] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(target);
  });
});
