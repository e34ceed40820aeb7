import { describe, expect, test } from 'vitest';
import { fitText, wrapText } from '../../src/charts/text-fit.ts';

/** Every character one wide, as people count them. */
const measure = (text: string) => Array.from(new Intl.Segmenter().segment(text)).length;

describe('text that does not fit', () => {
  test('text that fits stays as it is', () => {
    expect(fitText('Critical', 8, measure)).toBe('Critical');
  });

  test('a long name ends in an ellipsis and keeps to the width', () => {
    expect(fitText('A name of two hundred characters', 10, measure)).toBe('A name of…');
    expect(fitText('x'.repeat(100_000), 10, measure)).toBe('xxxxxxxxx…');
  });

  test('a character of several code points is never cut in half', () => {
    expect(fitText('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 3, measure)).toBe('👩‍👩‍👧👩‍👩‍👧…');
    expect(fitText('हिन्दी सहायता', 3, measure)).toMatch(/^हिन्…$|^हिन्दी…$/);
  });

  test('no room at all leaves the ellipsis', () => {
    expect(fitText('name', 0, measure)).toBe('…');
  });

  test('a title is broken at spaces, its last line cut', () => {
    expect(wrapText('one two three four five', 9, 2, measure)).toEqual(['one two', 'three fo…']);
    expect(wrapText('one two three', 9, 2, measure)).toEqual(['one two', 'three']);
    expect(wrapText('one', 9, 2, measure)).toEqual(['one']);
    expect(wrapText('', 9, 2, measure)).toEqual(['']);
  });

  test('text without spaces is cut on its first line', () => {
    expect(wrapText('株式会社サンプル東京営業部', 6, 2, measure)).toEqual(['株式会社サ…']);
  });
});
