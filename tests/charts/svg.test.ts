import { afterAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { aSpec, namesOfTheWorld, pictures } from './specs.ts';

const renderer = createChartRenderer();
afterAll(() => renderer.close());

const texts = (svg: string) => Array.from(svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g), (match) => match[1]!);

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
