import { describe, expect, test } from 'vitest';
import {
  type Interval,
  type LogDurations,
  type Moments,
  momentsOf,
  newcombe,
  poissonShare,
  welch,
  welchLog,
  wilson,
} from '../../src/stats/intervals.ts';

const rounded = ({ low, high }: Interval, digits = 4) => [Number(low.toFixed(digits)), Number(high.toFixed(digits))];

describe('published examples', () => {
  // Newcombe 1998, Two-sided confidence intervals for the single proportion, Stat. Med. 17:857-872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('Wilson: %i of %i', (successes, n, low, high) => {
    expect(rounded(wilson(successes, n))).toEqual([low, high]);
  });

  // Newcombe 1998, Interval estimation for the difference between independent proportions, Stat. Med. 17:873-890,
  // table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('Newcombe: %i of %i less %i of %i', (successes, n, others, m, low, high) => {
    expect(rounded(newcombe({ successes, n }, { successes: others, n: m }))).toEqual([low, high]);
  });

  // Rothman and Greenland 1998, Modern Epidemiology, 2nd ed., p. 238: breast cancer after fluoroscopy, 41 cases in
  // 28,010 person-years against 15 in 19,017; rate ratio 1.86, 95 % interval 1.03 to 3.35 (there on the log scale).
  test('two Poisson counts: 41 in 28,010 person-years against 15 in 19,017', () => {
    const { low, high } = poissonShare(41, 15);
    const ratio = (share: number) => (share / (1 - share)) * (19_017 / 28_010);
    expect(ratio(41 / 56)).toBeCloseTo(1.86, 2);
    expect(ratio(low)).toBeCloseTo(1.03, 1);
    expect(ratio(high)).toBeCloseTo(3.35, 1);
    expect(low).toBeGreaterThan(28_010 / (28_010 + 19_017));
  });

  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3 Two-sample t-test, data AUTO83B: mileage of 249 American
  // cars, mean 20.14458, s 6.41470, and 79 Japanese ones, mean 30.48101, s 6.10771: T = -12.94627 without equal variances.
  test("Welch: the handbook's mileages", () => {
    const sums = (n: number, mean: number, deviation: number): LogDurations => ({
      n,
      logSum: n * mean,
      logSquareSum: (n - 1) * deviation ** 2 + n * mean ** 2,
    });
    const { low, high } = welchLog(sums(249, 20.14458, 6.4147), sums(79, 30.48101, 6.10771));
    const half = (high - low) / 2;
    expect((low + high) / 2).toBeCloseTo(20.14458 - 30.48101, 10);
    expect((low + high) / 2 / (half / 1.959963984540054)).toBeCloseTo(-12.94627, 3);
  });
});

describe('means', () => {
  test('moments are those of the numbers one by one', () => {
    const numbers = [1, 1, 4, 5, 5, 5];
    expect(
      momentsOf(
        new Map([
          [1, 2],
          [4, 1],
          [5, 3],
        ]),
      ),
    ).toEqual({
      n: numbers.length,
      sum: numbers.reduce((sum, number) => sum + number, 0),
      squareSum: numbers.reduce((sum, number) => sum + number * number, 0),
    });
    expect(momentsOf(new Map())).toEqual({ n: 0, sum: 0, squareSum: 0 });
  });

  // The same AUTO83B mileages as above, this time as means: 20.14458 of 249 cars against 30.48101 of 79.
  test('two means: mileage of American and of Japanese cars', () => {
    const moments = (n: number, mean: number, deviation: number): Moments => ({
      n,
      sum: n * mean,
      squareSum: (n - 1) * deviation ** 2 + n * mean ** 2,
    });
    const { low, high } = welch(moments(249, 20.14458, 6.4147), moments(79, 30.48101, 6.10771));
    expect((low + high) / (high - low)).toBeCloseTo(-12.94627 / 1.959963984540054, 3);
  });

  test('two net promoter scores have the multinomial variance, with n - 1', () => {
    const answers = (promoters: number, passives: number, detractors: number) => {
      const n = promoters + passives + detractors;
      const [p, d] = [promoters / n, detractors / n];
      return {
        moments: momentsOf(
          new Map([
            [100, promoters],
            [0, passives],
            [-100, detractors],
          ]),
        ),
        score: 100 * (p - d),
        variance: (100 ** 2 * (p + d - (p - d) ** 2)) / (n - 1),
      };
    };
    const [now, then] = [answers(50, 30, 20), answers(30, 15, 20)];
    const { low, high } = welch(now.moments, then.moments);
    expect((low + high) / 2).toBeCloseTo(now.score - then.score, 10);
    // 30 against 15.38 points, half of the interval 1.96 x sqrt(61.62 + 116.57).
    expect((high - low) / 2).toBeCloseTo(1.959963984540054 * Math.sqrt(now.variance + then.variance), 10);
    expect((high - low) / 2).toBeCloseTo(26.16, 1);
  });
});

describe('at the edges', () => {
  test('a proportion stays between 0 and 1, also where all or none succeed', () => {
    for (const n of [1, 5, 30, 1e6]) {
      expect(wilson(0, n).low).toBe(0);
      expect(wilson(n, n).high).toBe(1);
      expect(wilson(0, n).high).toBeLessThan(1);
    }
  });

  test('swapping the two turns the difference round', () => {
    const [a, b] = [
      { successes: 17, n: 40 },
      { successes: 31, n: 52 },
    ];
    const [there, back] = [newcombe(a, b), newcombe(b, a)];
    expect(there.low).toBeCloseTo(-back.high, 12);
    expect(there.high).toBeCloseTo(-back.low, 12);
  });

  test('equal durations without spread differ by nothing, and one case says nothing', () => {
    const same = { n: 40, logSum: 40 * Math.log(60), logSquareSum: 40 * Math.log(60) ** 2 };
    const { low, high } = welchLog(same, same);
    expect(Math.abs(low) + Math.abs(high)).toBeLessThan(1e-6);
    expect(welchLog({ n: 1, logSum: 1, logSquareSum: 1 }, same)).toEqual({
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });
});

/** Mulberry32: the same numbers on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const trials = 4000;

/** Share of trials that say yes; its standard error is at most 0.4 % at 5 % or 95 %. */
function shareOf(seed: number, trial: (random: () => number) => boolean): number {
  const random = randomFrom(seed);
  let yes = 0;
  for (let n = 0; n < trials; n++) if (trial(random)) yes++;
  return yes / trials;
}

const binomial = (random: () => number, n: number, p: number): number => {
  let successes = 0;
  for (let i = 0; i < n; i++) if (random() < p) successes++;
  return successes;
};

const poisson = (random: () => number, mean: number): number => {
  let [count, product] = [-1, 1];
  const floor = Math.exp(-mean);
  do {
    count++;
    product *= random();
  } while (product > floor);
  return count;
};

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const durations = (random: () => number, n: number, mean: number, deviation: number): LogDurations => {
  let [logSum, logSquareSum] = [0, 0];
  for (let i = 0; i < n; i++) {
    const log = mean + deviation * normal(random);
    logSum += log;
    logSquareSum += log * log;
  }
  return { n, logSum, logSquareSum };
};

/** So many answers, each value as likely as its share says. */
const answered = (random: () => number, n: number, shares: readonly number[], values: readonly number[]): Moments => {
  const counts = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const drawn = random();
    const at = shares.findIndex(
      (_, index) => drawn < shares.slice(0, index + 1).reduce((sum, share) => sum + share, 0),
    );
    const value = values.at(at)!;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return momentsOf(counts);
};

describe('simulated: what is promised at 95 % is kept', () => {
  test.each([
    [30, 0.1],
    [30, 0.5],
    [100, 0.05],
    [100, 0.9],
    [400, 0.63],
  ])('a proportion of n %i with p %d lies in its interval', (n, p) => {
    const covered = shareOf(1, (random) => {
      const { low, high } = wilson(binomial(random, n, p), n);
      return low <= p && p <= high;
    });
    // Counts are discrete, so coverage swings around its nominal value; Wilson's never far below.
    expect(covered).toBeGreaterThan(0.925);
    expect(covered).toBeLessThan(0.985);
  });

  test.each([
    [30, 30, 0.2],
    [40, 200, 0.5],
    [100, 100, 0.9],
  ])('two equal proportions, n %i and %i with p %d, are seldom told apart', (n, m, p) => {
    const wrong = shareOf(2, (random) => {
      const { low, high } = newcombe(
        { successes: binomial(random, n, p), n },
        { successes: binomial(random, m, p), n: m },
      );
      return low > 0 || high < 0;
    });
    expect(wrong).toBeLessThan(0.065);
  });

  test.each([
    [3, 7, 7],
    [20, 7, 7],
    [2, 7, 30],
    [10, 30, 7],
  ])('counts of %i a day over %i and %i days are seldom told apart', (rate, days, others) => {
    const wrong = shareOf(3, (random) => {
      const { low, high } = poissonShare(poisson(random, rate * days), poisson(random, rate * others));
      const neutral = days / (days + others);
      return low > neutral || high < neutral;
    });
    expect(wrong).toBeLessThan(0.065);
    expect(wrong).toBeGreaterThan(0.03);
  });

  test.each([
    [30, 30, 1, 1],
    [30, 300, 2, 1],
    [200, 200, 1, 3],
  ])('times of %i and %i cases, spread %i and %i, are seldom told apart', (n, m, spread, other) => {
    const wrong = shareOf(4, (random) => {
      const { low, high } = welchLog(durations(random, n, 8, spread), durations(random, m, 8, other));
      return low > 0 || high < 0;
    });
    // The normal quantile stands in for Student's, which costs a little at 30 cases.
    expect(wrong).toBeLessThan(0.08);
    expect(wrong).toBeGreaterThan(0.03);
  });

  test.each([
    ['scores', 40, 100, [0.05, 0.05, 0.15, 0.35, 0.4], [1, 2, 3, 4, 5]],
    ['net promoters', 40, 60, [0.2, 0.35, 0.45], [-100, 0, 100]],
    ['net promoters', 100, 300, [0.6, 0.3, 0.1], [-100, 0, 100]],
  ])('equal %s of %i and %i answers are seldom told apart', (_what, n, m, shares, values) => {
    const wrong = shareOf(6, (random) => {
      const { low, high } = welch(answered(random, n, shares, values), answered(random, m, shares, values));
      return low > 0 || high < 0;
    });
    expect(wrong).toBeLessThan(0.075);
    expect(wrong).toBeGreaterThan(0.03);
  });

  test('what really differs is mostly found', () => {
    const found = {
      rate: shareOf(
        5,
        (random) =>
          newcombe(
            { successes: binomial(random, 200, 0.9), n: 200 },
            { successes: binomial(random, 200, 0.75), n: 200 },
          ).low > 0,
      ),
      count: shareOf(5, (random) => poissonShare(poisson(random, 150), poisson(random, 100)).low > 0.5),
      score: shareOf(5, (random) => {
        const values = [1, 2, 3, 4, 5];
        const [good, fair] = [
          [0.02, 0.03, 0.1, 0.35, 0.5],
          [0.1, 0.1, 0.2, 0.3, 0.3],
        ];
        return welch(answered(random, 100, good!, values), answered(random, 100, fair!, values)).low > 0;
      }),
      time: shareOf(5, (random) => welchLog(durations(random, 100, 8.7, 1), durations(random, 100, 8, 1)).low > 0),
    };
    for (const power of Object.values(found)) expect(power).toBeGreaterThan(0.8);
  });
});
