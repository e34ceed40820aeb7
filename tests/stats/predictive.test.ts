import { describe, expect, test } from 'vitest';
import { predict } from '../../src/stats/predictive.ts';

const alike = (count: number, n: number, share: number) =>
  Array.from({ length: count }, () => ({ n, successes: Math.round(n * share) }));

describe('what is usual of groups', () => {
  test('is nearly binomial where a long history is all alike', () => {
    // 60 expected of 2,000 at 3 %; exactly, P(K <= 45) = 0.0248 (sum of the binomial terms).
    const { usual, chance } = predict(alike(100, 20_000, 0.03), { successes: 45, n: 2000 });
    expect(usual).toBeCloseTo(0.03, 4);
    expect(chance).toBeGreaterThan(0.0248);
    expect(chance).toBeLessThan(0.04);
  });

  test('is the uniform law where every share is as likely', () => {
    // A beta distribution of 1 and 1 makes every count of 0 to 9 equally likely: a history of all shares comes close to it.
    const history = Array.from({ length: 99 }, (_, index) => ({ n: 10_000, successes: 100 * (index + 1) }));
    expect(predict(history, { successes: 4, n: 9 }).chance).toBeCloseTo(0.5, 1);
    expect(predict(history, { successes: 8, n: 9 }).chance).toBeGreaterThan(0.85);
    expect(predict(history, { successes: 9, n: 9 }).chance).toBe(1);
  });

  test('allows for more when groups differ, and when there are few of them', () => {
    const now = { successes: 36, n: 2000 };
    const differing = alike(20, 2000, 0.03).map(({ n }, index) => ({ n, successes: index % 2 === 0 ? 36 : 84 }));
    const many = predict(alike(20, 2000, 0.03), now).chance;
    expect(predict(differing, now).chance).toBeGreaterThan(20 * many);
    expect(predict(alike(3, 2000, 0.03), now).chance).toBeGreaterThan(4 * many);
  });

  test('falls with every success that is missing', () => {
    const history = alike(8, 1500, 0.4);
    const chances = Array.from(
      { length: 60 },
      (_, index) => predict(history, { successes: 10 * index, n: 600 }).chance,
    );
    expect(chances.every((chance, index) => index === 0 || chance >= chances[index - 1]!)).toBe(true);
    expect(chances.at(-1)).toBeCloseTo(1, 6);
  });

  test('can be said where nobody has answered yet', () => {
    const { usual, chance } = predict(alike(4, 300, 0), { successes: 0, n: 300 });
    expect(usual).toBeLessThan(0.005);
    expect(chance).toBeGreaterThan(0.5);
  });
});
