import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { additiveChange, ratioChange } from '../../src/stats/decompose.ts';

const cases = fc.record({ numerator: fc.nat(500), extra: fc.nat(500) }).map(({ numerator, extra }) => ({
  numerator,
  denominator: numerator + extra,
}));

describe('what a change is made of', () => {
  test('of a sum: every row with its part, offsets too', () => {
    const rows = additiveChange([
      { key: 'us', now: 41, before: 50 },
      { key: 'eu', now: 62, before: 50 },
      { key: 'asia', now: 10, before: 10 },
    ]);
    expect(rows.map(({ key, change }) => [key, change])).toEqual([
      ['eu', 12],
      ['asia', 0],
      ['us', -9],
    ]);
    expect(rows.map(({ share }) => share)).toEqual([4, 0, -3]);
  });

  test('of a ratio: a row that got worse, and a shift towards a row that is worse', () => {
    const worse = ratioChange([
      { key: 'chat', now: { numerator: 60, denominator: 100 }, before: { numerator: 90, denominator: 100 } },
      { key: 'email', now: { numerator: 90, denominator: 100 }, before: { numerator: 90, denominator: 100 } },
    ])!;
    expect(worse.change).toBeCloseTo(-0.15);
    expect(worse.rows[0]).toMatchObject({ key: 'chat', weight: 0.5, share: 1 });
    expect(worse.mix).toBeCloseTo(0);
    const shifted = ratioChange([
      { key: 'hard', now: { numerator: 90, denominator: 180 }, before: { numerator: 10, denominator: 20 } },
      { key: 'easy', now: { numerator: 20, denominator: 20 }, before: { numerator: 180, denominator: 180 } },
    ])!;
    expect(shifted.rate).toBeCloseTo(0);
    expect(shifted.mix).toBeCloseTo(shifted.change);
  });

  test('of a ratio: every row better and the whole worse is said to be so', () => {
    const paradox = ratioChange([
      { key: 'hard', now: { numerator: 99, denominator: 180 }, before: { numerator: 10, denominator: 20 } },
      { key: 'easy', now: { numerator: 19, denominator: 20 }, before: { numerator: 162, denominator: 180 } },
    ])!;
    expect(paradox.change).toBeLessThan(0);
    expect(paradox.opposed).toBe(true);
  });

  test('adds up exactly, whatever the rows', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ now: cases, before: cases }), { minLength: 1, maxLength: 8 }), (pairs) => {
        const found = ratioChange(pairs.map((pair, index) => ({ key: String(index), ...pair })));
        if (!found) return;
        const total = found.rows.reduce((sum, { change }) => sum + change, 0);
        expect(total).toBeCloseTo(found.change, 10);
        expect(found.rate + found.mix).toBeCloseTo(found.change, 10);
      }),
    );
    expect(
      ratioChange([{ key: 'a', now: { numerator: 0, denominator: 0 }, before: { numerator: 1, denominator: 2 } }]),
    ).toBeNull();
  });
});
