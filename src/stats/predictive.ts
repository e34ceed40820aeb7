/** How many of how many. */
export interface Cases {
  successes: number;
  n: number;
}

/** What such groups usually have, and how likely one of them has as little as this one. */
export interface Prediction {
  /** Share, as it is believed from the history; a mean over what is not known of it. */
  usual: number;
  /** Chance of so few successes, or fewer, in a group of its size that is like the others. */
  chance: number;
}

/**
 * Typical spread between groups that is believed before any is seen, and the least there is, in standard deviations of
 * the log odds: 0.3 is about a third more or less of a small share.
 */
const typicalSpread = 0.3;
const leastSpread = 0.03;
/** Spreads looked at, up to odds that differ by a factor of three. */
const spreads = Array.from({ length: 14 }, (_, step) => leastSpread * (1.1 / leastSpread) ** (step / 13));
/** Means looked at for each spread, in standard errors around the pooled share: sums over bells are exact at such steps. */
const steps = Array.from({ length: 13 }, (_, step) => 0.75 * (step - 6));

/**
 * Predicts a group's successes from those of others like it, when groups differ by more than chance. Each group has a
 * share of its own, drawn from a beta distribution, so that its successes are beta-binomial (Skellam 1948,
 * doi:10.1111/j.2517-6161.1948.tb00014.x); the mean of that distribution and its spread are not known, and are integrated
 * over what the history leaves of them: a flat prior on the log odds of the mean, a half-Cauchy one on the spread (Gelman
 * 2006, doi:10.1214/06-BA117A). `chance` is the lower tail of what is then to be expected (a prior predictive check, Box
 * 1980, doi:10.2307/2982063): below `alpha`, the group lies below the one-sided interval that holds 1 - alpha of groups
 * like the others. Few groups leave a large spread possible, and then only what is far off is unlikely.
 */
export function predict(history: readonly Cases[], { successes, n }: Cases): Prediction {
  const total = history.reduce((sum, one) => sum + one.n, 0);
  const pooled = (history.reduce((sum, one) => sum + one.successes, 0) + 0.5) / (total + 1);
  const beliefs: { mean: number; log: number; a: number; b: number }[] = [];
  for (const spread of spreads) {
    // Standard error of the mean's log odds: groups differ by their spread and by chance.
    const precision = history.reduce(
      (sum, one) => sum + 1 / (spread ** 2 + 1 / ((one.n + 1) * pooled * (1 - pooled))),
      0,
    );
    const error = 1 / Math.sqrt(precision);
    // Even steps of the logarithm of the spread, half-Cauchy in the spread itself; error: width of a step of the mean.
    const prior = Math.log(spread / (1 + (spread / typicalSpread) ** 2)) + Math.log(error);
    for (const step of steps) {
      const mean = 1 / (1 + ((1 - pooled) / pooled) * Math.exp(-step * error));
      const { a, b } = betaOf(mean, spread);
      // The part of each group's likelihood that its counts do not change.
      const alike = history.length * (logGamma(a + b) - logGamma(a) - logGamma(b));
      const likelihood = history.reduce((sum, one) => sum + logCounts(one, a, b), alike);
      beliefs.push({ mean, log: prior + likelihood, a, b });
    }
  }
  const largest = Math.max(...beliefs.map(({ log }) => log));
  let weights = 0;
  let usual = 0;
  let chance = 0;
  for (const { mean, log, a, b } of beliefs) {
    const weight = Math.exp(log - largest);
    if (weight < 1e-9) continue;
    weights += weight;
    usual += weight * mean;
    chance += weight * lowerTail({ successes, n }, a, b);
  }
  return { usual: usual / weights, chance: Math.min(1, chance / weights) };
}

/** The beta distribution with that mean whose log odds have about that standard deviation. */
function betaOf(mean: number, spread: number): { a: number; b: number } {
  const size = Math.max(1, 1 / (spread ** 2 * mean * (1 - mean)) - 1);
  return { a: mean * size, b: (1 - mean) * size };
}

/** Of the logarithm of the beta-binomial likelihood what depends on the counts, without the binomial coefficient. */
function logCounts({ successes, n }: Cases, a: number, b: number): number {
  return logGamma(a + successes) + logGamma(b + n - successes) - logGamma(a + b + n);
}

/** Terms smaller than this share of the sum are left out. */
const negligible = 1e-10;

/** P(K <= successes): summed from the largest term on, down the shorter side. */
function lowerTail({ successes, n }: Cases, a: number, b: number): number {
  const isBelow = successes < (n * a) / (a + b);
  const start = isBelow ? successes : successes + 1;
  if (start > n) return 1;
  const logChoose = logGamma(n + 1) - logGamma(start + 1) - logGamma(n - start + 1);
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  let term = Math.exp(logChoose + logCounts({ successes: start, n }, a, b) - logBeta);
  let sum = term;
  if (isBelow)
    for (let k = start; k > 0 && term > negligible * sum; k--) {
      term *= (k * (b + n - k)) / ((n - k + 1) * (a + k - 1));
      sum += term;
    }
  else
    for (let k = start; k < n && term > negligible * sum; k++) {
      term *= ((n - k) * (a + k)) / ((k + 1) * (b + n - k - 1));
      sum += term;
    }
  return Math.min(1, isBelow ? sum : 1 - sum);
}

/** ln of the gamma function for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) after a shift to 8 and more. */
function logGamma(x: number): number {
  let shift = 1;
  let at = x;
  while (at < 8) {
    shift *= at;
    at += 1;
  }
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - Math.log(shift);
}
