import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anomalyOf, benjaminiHochberg, type DayValue, unusualZ } from '../../src/stats/anomaly.ts';
import { median } from '../../src/stats/median.ts';

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function poisson(mean: number, random: () => number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
}

const week = [1.2, 1.15, 1.1, 1.05, 1, 0.75, 0.75];

function countDays(days: number, mean: number, random: () => number, noise = 0): DayValue[] {
  return Array.from({ length: days }, (_, day) => ({
    kind: 'count',
    count: poisson(mean * week[day % 7]! * Math.exp(noise * normal(random)), random),
  }));
}

function shareOfAlarms(make: (random: () => number) => DayValue[], runs: number): number {
  const random = randomOf(20_261_121);
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const days = make(random);
    const found = anomalyOf(days.slice(0, -1), days.at(-1)!);
    if (found && Math.abs(found.z) > unusualZ) alarms += 1;
  }
  return alarms / runs;
}

describe('an unusual day', () => {
  test.each([
    [3, 57],
    [20, 57],
    [200, 57],
    [200, 85],
  ])('is hardly ever seen in clean series of %i a day with %i days', (mean, days) => {
    expect(shareOfAlarms((random) => countDays(days, mean, random), 4000)).toBeLessThanOrEqual(0.002);
  });

  test('is rare in series whose days differ by more than chance', () => {
    expect(shareOfAlarms((random) => countDays(92, 200, random, 0.15), 3000)).toBeLessThan(0.005);
  });

  test('is hardly ever seen in clean ratios', () => {
    const ratios = (random: () => number): DayValue[] =>
      Array.from({ length: 64 }, () => {
        const n = 80 + Math.floor(80 * random());
        const successes = Array.from({ length: n }, random).filter((one) => one < 0.9).length;
        return { kind: 'ratio', successes, n };
      });
    expect(shareOfAlarms(ratios, 800)).toBeLessThanOrEqual(0.003);
  });

  test('is seen when a third is missing, where days are large enough to tell', () => {
    const planted = (mean: number) => (random: () => number) => {
      const days = countDays(92, mean, random);
      const last = days.at(-1)!;
      return [
        ...days.slice(0, -1),
        { kind: 'count' as const, count: Math.round((last as { count: number }).count * 0.7) },
      ];
    };
    expect(shareOfAlarms(planted(400), 500)).toBeGreaterThan(0.9);
    expect(shareOfAlarms(planted(20), 500)).toBeLessThan(0.2);
  });

  test('says what is usual on such a weekday, and which way the day is off', () => {
    const days: DayValue[] = Array.from({ length: 70 }, (_, day) => ({
      kind: 'count',
      count: day % 7 === 0 ? 40 : 100,
    }));
    const quiet = anomalyOf(days, { kind: 'count', count: 40 });
    expect(quiet).toMatchObject({ z: 0, weeks: 10 });
    expect(quiet?.expected).toBeCloseTo(40);
    expect(quiet?.p).toBeCloseTo(1);
    expect(anomalyOf(days, { kind: 'count', count: 100 })?.z).toBeGreaterThan(unusualZ);
    expect(anomalyOf(days, { kind: 'count', count: 5 })?.z).toBeLessThan(-unusualZ);
  });

  test('needs eight weeks, and for a ratio thirty cases', () => {
    const days: DayValue[] = Array.from({ length: 55 }, () => ({ kind: 'count', count: 9 }));
    expect(anomalyOf(days, { kind: 'count', count: 0 })).toBeNull();
    expect(anomalyOf([{ kind: 'count', count: 9 }, ...days], { kind: 'count', count: 9 })).not.toBeNull();
    expect(anomalyOf([null, ...days], { kind: 'count', count: 9 })).toBeNull();
    const ratios: DayValue[] = Array.from({ length: 70 }, () => ({ kind: 'ratio', successes: 90, n: 100 }));
    expect(anomalyOf(ratios, { kind: 'ratio', successes: 0, n: 29 })).toBeNull();
    expect(anomalyOf(ratios, { kind: 'ratio', successes: 60, n: 100 })?.z).toBeLessThan(-unusualZ);
  });
});

describe('of several tests', () => {
  test('those hold that Benjamini and Hochberg let through', () => {
    // Their own example (1995, section 4): 15 p-values, of which four hold at 5 %.
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(benjaminiHochberg(ps, 0.05).filter(Boolean)).toHaveLength(4);
    expect(benjaminiHochberg(ps.toReversed(), 0.05).slice(-4)).toEqual([true, true, true, true]);
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });

  test('the same ones hold in any order, and a smaller p never holds less', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (ps) => {
        const held = benjaminiHochberg(ps, 0.1);
        for (const [i, p] of ps.entries())
          for (const [j, q] of ps.entries()) if (p < q && held[j]) expect(held[i]).toBe(true);
      }),
    );
  });
});

test('a median is in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});
