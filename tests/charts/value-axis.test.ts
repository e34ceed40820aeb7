import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ValueFormat } from '../../src/charts/spec.ts';
import { valueAxis } from '../../src/charts/value-axis.ts';
import { formatTarget, formatTick } from '../../src/charts/value-format.ts';

const hour = 3600;
const day = 86_400;

/** The printed ticks of an axis. */
function printed(values: number[], format: ValueFormat, options = { zero: false }): string[] {
  const { ticks } = valueAxis(values, format, options);
  return ticks.map((tick) => formatTick(tick, ticks[1]! - ticks[0]!, format, 'en'));
}

describe('ticks', () => {
  test.each<[string, number[], ValueFormat, string[]]>([
    ['hours are whole hours', [1000, 14_000], 'duration', ['0', '1 h', '2 h', '3 h', '4 h']],
    ['half days for a day and a half', [0, 1.6 * day], 'duration', ['0', '12 h', '24 h', '36 h', '48 h']],
    ['days are whole days', [0.5 * day, 4.2 * day], 'duration', ['0', '1 d', '2 d', '3 d', '4 d', '5 d']],
    ['minutes step by quarters', [0, 55 * 60], 'duration', ['0', '15 min', '30 min', '45 min', '1 h']],
    [
      'shares of a narrow range are whole percents',
      [0.85, 0.94],
      'percent',
      ['84 %', '86 %', '88 %', '90 %', '92 %', '94 %', '96 %'],
    ],
    ['counts are whole numbers', [0, 3], 'count', ['0', '1', '2', '3']],
    ['large counts are short', [0, 1_900_000], 'count', ['0', '500K', '1M', '1.5M', '2M']],
    ['scores of one axis have the same decimals', [3.9, 4.5], 'number', ['3.8', '4.0', '4.2', '4.4', '4.6']],
  ])('%s', (_, values, format, expected) => {
    expect(printed(values, format)).toEqual(expected);
  });
});

describe('range', () => {
  test('bars of shares span none to all', () => {
    expect(valueAxis([0.3, 0.62], 'percent', { zero: true, whole: true })).toEqual({
      min: 0,
      max: 1,
      ticks: [0, 0.25, 0.5, 0.75, 1],
    });
  });

  test('bars of very small shares are stretched, still from zero', () => {
    const axis = valueAxis([0.008, 0.021], 'percent', { zero: true, whole: true });
    expect(axis.min).toBe(0);
    expect(axis.max).toBeLessThan(0.05);
  });

  test('a share never promises more than all or less than none', () => {
    expect(valueAxis([0.97, 1], 'percent', { zero: false }).max).toBe(1);
    expect(valueAxis([0, 0.01], 'percent', { zero: false }).min).toBe(0);
  });

  test('lines far above zero need not show it, lines near it do', () => {
    expect(valueAxis([1210, 1390], 'count', { zero: false }).min).toBeGreaterThan(1000);
    expect(valueAxis([200, 1390], 'count', { zero: false }).min).toBe(0);
  });

  test('all zeros stand on the baseline', () => {
    expect(valueAxis([0, 0], 'count', { zero: false })).toEqual({ min: 0, max: 1, ticks: [0, 1] });
    expect(valueAxis([0], 'percent', { zero: false }).min).toBe(0);
    expect(valueAxis([0], 'duration', { zero: false }).min).toBe(0);
  });

  test('a difference of nothing is not drawn as a cliff', () => {
    const { min, max } = valueAxis([0.912, 0.9121], 'percent', { zero: false });
    expect(max - min).toBeGreaterThanOrEqual(0.05);
  });

  test('the least range grows with the values, so that ticks of very large ones still differ', () => {
    const { ticks } = valueAxis([-1_099_255_538.3], 'percent', { zero: false });
    expect(new Set(ticks.slice(1).map((tick, i) => tick - ticks[i]!)).size).toBe(1);
  });

  test('every range holds its values, with few ticks at even steps', () => {
    const format = fc.constantFrom<ValueFormat>('percent', 'count', 'duration', 'points', 'number');
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((n) => (Math.abs(n) < 1e-6 ? 0 : n));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), format, fc.boolean(), (values, kind, zero) => {
        const { min, max, ticks } = valueAxis(values, kind, { zero });
        const slack = (max - min) * 1e-6;
        expect(min).toBeLessThanOrEqual(Math.min(...values) + slack);
        expect(max).toBeGreaterThanOrEqual(Math.max(...values) - slack);
        if (zero) expect(min <= 0 && max >= 0).toBe(true);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]!);
        for (const step of steps) expect(Math.abs(step - steps[0]!)).toBeLessThanOrEqual(slack + 1e-9);
      }),
    );
  });
});

test('a target is printed as people set it', () => {
  expect(formatTarget(0.9, 'percent', 'en')).toBe('90 %');
  expect(formatTarget(0.925, 'percent', 'en')).toBe('92.5 %');
  expect(formatTarget(2 * hour, 'duration', 'en')).toBe('2 h');
  expect(formatTarget(2.25 * hour, 'duration', 'en')).toBe('2 h 15 min');
  expect(formatTarget(4.5, 'number', 'en')).toBe('4.5');
});
