import { describe, expect, test } from 'vitest';
import {
  formatChange,
  formatDate,
  formatDateRange,
  formatDuration,
  formatDurationShort,
  formatNumber,
  formatPercent,
  formatTarget,
  formatValue,
} from '../../src/domain/format.ts';

/** Blanks that keep a number and its unit on one line are written as plain ones here. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.5, '1 min'],
    [60, '1 min'],
    [89, '1 min'],
    [90, '2 min'],
    [3569, '59 min'],
    [3570, '1 h 00 min'],
    [3600, '1 h 00 min'],
    [7500, '2 h 05 min'],
    [172_769, '47 h 59 min'],
    [172_770, '2 d 00 h'],
    [273_600, '3 d 04 h'],
    [8_640_000, '100 d 00 h'],
    [-90, '−2 min'],
    [-0.2, '0 s'],
  ])('%d s', (seconds, text) => {
    expect(plain(formatDuration(seconds))).toBe(text);
  });

  test.each([
    [30, '30 s'],
    [900, '15 min'],
    [14_400, '4 h'],
    [216_000, '2.5 d'],
  ])('%d s on an axis', (seconds, text) => {
    expect(plain(formatDurationShort(seconds))).toBe(text);
  });
});

describe('values', () => {
  test.each([
    [null, 'ratio', '–'],
    [0, 'count', '0'],
    [12_450, 'count', '12,450'],
    [0.912, 'ratio', '91.2 %'],
    [0, 'ratio', '0.0 %'],
    [1, 'ratio', '100.0 %'],
    [7500, 'duration', '2 h 05 min'],
    [2, 'hours', '2 h 00 min'],
    [2.26, 'days', '2.3 d'],
    [-3, 'points', '−3 points'],
    [1, 'points', '1 point'],
    [-1, 'points', '−1 point'],
    [-0.96, 'points', '−1 point'],
    [0, 'points', '0 points'],
    [33.333, 'points', '33.3 points'],
    [4.256, 'score', '4.26'],
  ] as const)('%s as %s', (value, unit, text) => {
    expect(plain(formatValue(value, unit))).toBe(text);
  });

  test('a score says what it is of where that is known, and a target of it does not', () => {
    expect(formatValue(4.2, 'score', { outOf: 5 })).toBe('4.2 of 5');
    expect(formatTarget(4.5, 'score', { outOf: 5 })).toBe('4.5');
  });

  test('money keeps its decimals, with a currency or without', () => {
    expect(plain(formatValue('1234.50', 'money', { currency: 'EUR' }))).toBe('€1,234.50');
    expect(plain(formatValue('1234.50', 'money'))).toBe('1,234.5');
  });

  test('in the shape of the locale, with a true minus', () => {
    expect(plain(formatNumber(1234.5, 'de', 1))).toBe('1.234,5');
    expect(plain(formatPercent(-0.05, 'de'))).toBe('−5,0 %');
  });

  test('what rounds to zero has no sign', () => {
    expect([formatNumber(-0.2), plain(formatPercent(-0.0001)), formatNumber(-0)]).toEqual(['0', '0.0 %', '0']);
  });

  test.each([
    [0.0342, 'ratio', '3.4 points'],
    [-0.0342, 'ratio', '3.4 points'],
    [-12, 'count', '12'],
    [-3600, 'duration', '1 h 00 min'],
    [-0.25, 'score', '0.25'],
    [-22.2, 'points', '22.2 points'],
  ] as const)('a change of %d as %s has no sign', (change, unit, text) => {
    expect(plain(formatChange(change, unit))).toBe(text);
  });
});

describe('dates', () => {
  test.each([
    ['2026-11-09', '2026-11-16', '9–15 Nov 2026'],
    ['2026-10-28', '2026-11-04', '28 Oct – 3 Nov 2026'],
    ['2025-12-30', '2026-01-03', '30 Dec 2025 – 2 Jan 2026'],
    ['2026-10-05', '2026-10-06', '5 Oct 2026'],
    ['2024-02-29', '2024-03-01', '29 Feb 2024'],
    ['2026-12-31', '2027-01-01', '31 Dec 2026'],
  ])('%s to %s', (from, to, text) => {
    expect(plain(formatDateRange(from, to))).toBe(text);
  });

  test('a day, with and without its year', () => {
    expect([formatDate('2026-11-09'), formatDate('2026-11-09', { year: true })]).toEqual(['9 Nov', '9 Nov 2026']);
  });
});
