/** Two-sided 95 % normal quantile. */
const z95 = 1.959963984540054;

export interface Interval {
  low: number;
  high: number;
}

/** Wilson score interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953). `n` must be positive. */
export function wilson(successes: number, n: number, z = z95): Interval {
  const p = successes / n;
  const scale = 1 / (1 + (z * z) / n);
  const centre = (p + (z * z) / (2 * n)) * scale;
  const half = z * scale * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  // None and all are the ends themselves; rounding would miss them by a hair.
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}

/** 95 % interval of p1 - p2 by Newcombe's hybrid score method (Newcombe 1998, method 10). */
export function newcombe(first: { successes: number; n: number }, second: { successes: number; n: number }): Interval {
  const p1 = first.successes / first.n;
  const p2 = second.successes / second.n;
  const a = wilson(first.successes, first.n);
  const b = wilson(second.successes, second.n);
  const difference = p1 - p2;
  return {
    low: difference - Math.hypot(p1 - a.low, b.high - p2),
    high: difference + Math.hypot(a.high - p1, p2 - b.low),
  };
}

/**
 * 95 % interval of the share of two Poisson counts that fell into the first: given their sum, the first is binomial
 * (Przyborowski and Wilenski 1940), so Wilson applies. Equal rates mean the share of the exposure.
 */
export function poissonShare(first: number, second: number): Interval {
  return wilson(first, first + second);
}

/** What mean and variance of some numbers follow from: additive, and exact where the numbers are whole. */
export interface Moments {
  n: number;
  sum: number;
  squareSum: number;
}

/** Moments of numbers given as how often each of them occurs. */
export function momentsOf(counts: ReadonlyMap<number, number>): Moments {
  const moments = { n: 0, sum: 0, squareSum: 0 };
  for (const [value, count] of counts) {
    moments.n += count;
    moments.sum += count * value;
    moments.squareSum += count * value * value;
  }
  return moments;
}

/**
 * 95 % interval of the difference of two means whose variances may differ (Welch 1947, with the normal quantile: n >= 30
 * each). With answers as +100, 0 and -100 it is that of two net promoter scores: the variance of such numbers is the
 * multinomial one, which in shares is promoters + detractors - (promoters - detractors)^2 (Rocks 2016, Interval
 * estimation for the Net Promoter Score, arXiv:1601.07235), with n - 1 in place of n.
 */
export function welch(first: Moments, second: Moments): Interval {
  const difference = first.sum / first.n - second.sum / second.n;
  const half = z95 * Math.sqrt(varianceOfMean(first) + varianceOfMean(second));
  return { low: difference - half, high: difference + half };
}

/**
 * 95 % interval of the difference of two sums per day, when both their number and their sizes are left to chance: a sum of
 * a Poisson number of amounts has the variance (expected number) x E[amount^2], of which the sum of squares is an unbiased
 * estimate (compound Poisson process; Ross, Introduction to Probability Models, 5.4.2). `exposure` in days.
 */
export function compoundPoisson(
  first: Moments & { exposure: number },
  second: Moments & { exposure: number },
): Interval {
  const difference = first.sum / first.exposure - second.sum / second.exposure;
  const variance = first.squareSum / first.exposure ** 2 + second.squareSum / second.exposure ** 2;
  const half = z95 * Math.sqrt(variance);
  return { low: difference - half, high: difference + half };
}

/** Mean and spread of ln(seconds), from additive sums. */
export interface LogDurations {
  n: number;
  /** Sum of ln(seconds) and of its square. */
  logSum: number;
  logSquareSum: number;
}

/** 95 % interval of the difference of two means of ln(seconds) (Welch 1947, with the normal quantile: n >= 30 each). */
export function welchLog(first: LogDurations, second: LogDurations): Interval {
  const moments = ({ n, logSum, logSquareSum }: LogDurations) => ({ n, sum: logSum, squareSum: logSquareSum });
  return welch(moments(first), moments(second));
}

function varianceOfMean({ n, sum, squareSum }: Moments): number {
  if (n < 2) return Number.POSITIVE_INFINITY;
  // Rounding of the sums can push a zero variance a hair below zero.
  return Math.max(0, (squareSum - (sum * sum) / n) / (n - 1)) / n;
}
