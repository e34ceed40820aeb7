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
    expect(chance).toBeLessThan(0.026);
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
    const around = (count: number, by: number) =>
      alike(count, 2000, 0.03).map(({ n }, index) => ({ n, successes: 60 + ((index % 3) - 1) * by }));
    // By 8 more or less they differ as by chance; three of them may as well differ by far more.
    const many = predict(around(21, 8), now).chance;
    expect(predict(around(21, 24), now).chance).toBeGreaterThan(20 * many);
    expect(predict(around(3, 8), now).chance).toBeGreaterThan(20 * many);
  });

  test("is Student's t for one more where groups differ by far more than chance", () => {
    // Five groups of a million with log odds around 0; the 1 % quantile of t with 4 degrees of freedom is -3.7469.
    const n = 1_000_000;
    const shareOf = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));
    const odds = [-0.15, -0.05, 0, 0.05, 0.15];
    const history = odds.map((one) => ({ n, successes: Math.round(n * shareOf(one)) }));
    const deviation = Math.sqrt(odds.reduce((sum, one) => sum + one ** 2, 0) / 4);
    const at = (t: number) => ({ n, successes: Math.round(n * shareOf(t * deviation * Math.sqrt(1 + 1 / 5))) });
    expect(predict(history, at(-3.7469)).chance).toBeCloseTo(0.01, 3);
    // ... and the 5 % one is -2.1318, the 30 % one -0.5686.
    expect(predict(history, at(-2.1318)).chance).toBeCloseTo(0.05, 2);
    expect(predict(history, at(-0.5686)).chance).toBeCloseTo(0.3, 2);
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
