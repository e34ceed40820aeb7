import { afterAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { aSpec } from './specs.ts';

const renderer = createChartRenderer();
afterAll(() => renderer.close());

/** The picture of a single bar with this name: all that differs between two of them is the name. */
function named(name: string, overrides: Partial<ChartSpec> = {}): Promise<Buffer> {
  return renderer.png(
    aSpec({
      kind: 'bar',
      axis: 'category',
      labels: [name, 'x'.repeat(12)],
      series: [{ key: 'value', label: 'n', values: [0.5, 0.4] }],
      ...overrides,
    }),
  );
}

/** Boxes as wide as `count` characters nothing has. */
const boxes = (count: number) => '\ue000'.repeat(count);

describe('names are printed with the fonts that come along', () => {
  test('two characters no font has look the same, so what follows can tell', async () => {
    expect((await named('\ue000')).equals(await named('\ue001'))).toBe(true);
  });

  test.each([
    ['Latin', 'Łódź', 'Žižk'],
    ['Vietnamese', 'Việt', 'Huếở'],
    ['Cyrillic', 'Київ', 'Львi'],
    ['Greek', 'Αθήν', 'Πάτρ'],
    ['Arabic', 'شركة', 'فريق'],
    ['Devanagari', 'सेवा', 'मदतक'],
    ['simplified Chinese', '北京销售', '上海销售'],
    ['traditional Chinese', '臺灣業務', '香港業務'],
    ['Japanese', 'サンプル', '東京えき'],
    ['Hangul', '고객지원', '서울지사'],
    ['signs', '▲✓→≥', '▼✓←≤'],
  ])('%s', async (_, one, other) => {
    const [first, second, unprintable] = await Promise.all([named(one), named(other), named(boxes([...one].length))]);
    expect(first.equals(unprintable)).toBe(false);
    expect(second.equals(unprintable)).toBe(false);
    expect(first.equals(second)).toBe(false);
  });

  test.each(['北京', '고객', 'شر', 'サン'])('every character of %s has a shape of its own', async (name) => {
    const [one, two] = [...name];
    const pictures = await Promise.all([named(one!), named(two!), named(boxes(1))]);
    expect(new Set(pictures.map((picture) => picture.toString('base64'))).size).toBe(3);
  });

  test('what is printed does not depend on the fonts of the host', async () => {
    // Most hosts have a font with Hebrew; none comes along, so it must be the box everywhere.
    expect((await named('אב')).equals(await named(boxes(2)))).toBe(true);
  });

  test('the same Chinese character is drawn the way the reader writes it', async () => {
    const [chinese, japanese] = await Promise.all([named('直', { locale: 'zh' }), named('直', { locale: 'ja' })]);
    expect(chinese.equals(japanese)).toBe(false);
  });
});
