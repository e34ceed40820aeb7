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
 * Spreads between groups that are looked at, in standard deviations of the log odds: 0.1 is a tenth more or less of a small
 * share. None, and even steps of the logarithm up to odds that differ by a factor of three; more than that is taken for that.
 */
const spreads = [0, ...Array.from({ length: 14 }, (_, step) => 0.03 * (1.1 / 0.03) ** (step / 13))];
/** Where one of them ends and the next begins. */
const edges = spreads.slice(1).map((spread, index) => Math.sqrt(spread * (spreads[index] || spread / 4)));

/**
 * Predicts a group's successes from those of two or more others like it, when groups differ by more than chance: each has
 * log odds of its own, normally distributed, and binomial successes.
 *
 * Few groups do not tell how much they differ. Each spread is given the confidence that the history leaves for it (Nagashima,
 * Noma and Furukawa 2019, Prediction intervals for random-effects meta-analysis: a confidence distribution approach,
 * doi:10.1177/0962280218773520): Cochran's Q, weighted for a spread, is chi-squared at the true one, so the confidence in
 * spreads up to it is the chance of a larger Q (Viechtbauer 2007, doi:10.1002/sim.2514). `chance` is the lower tail of what
 * is then to be expected. Where groups differ by far more than chance, that is Student's t for a further observation: in
 * the long run, `chance` is below alpha for alpha of the groups that are like the others, however few and however
 * different they are; for fewer where they differ by chance alone.
 */
export function predict(history: readonly Cases[], group: Cases): Prediction {
  const confidences = [...edges.map((edge) => upperTail(fitOf(history, edge).q, history.length - 1)), 1];
  let usual = 0;
  let chance = 0;
  for (const [index, spread] of spreads.entries()) {
    const confidence = confidences[index]! - (confidences[index - 1] ?? 0);
    if (confidence < negligible) continue;
    const { mean, error } = fitOf(history, spread);
    usual += confidence * mean;
    // The mean of shares lies above the share of mean log odds, where shares are small (to the second order).
    const centre = Math.log(mean / (1 - mean)) - (spread ** 2 / 2) * (1 - 2 * mean);
    chance += confidence * lowerTail(group, centre, Math.hypot(spread, error));
  }
  return { usual, chance };
}

const negligible = 1e-9;

/** The history, if groups differ so much: their mean share, its standard error in log odds, and Cochran's Q. */
function fitOf(history: readonly Cases[], spread: number): { mean: number; error: number; q: number } {
  const sum = (of: (one: Cases) => number) => history.reduce((total, one) => total + of(one), 0);
  const pooled = (sum(({ successes }) => successes) + 0.5) / (sum(({ n }) => n) + 1);
  // Angles: their variance by chance is 1 / (n + 1/2) whatever the share (Anscombe 1948, doi:10.1093/biomet/35.3-4.246).
  const angle = ({ successes, n }: Cases) => 2 * Math.asin(Math.sqrt((successes + 3 / 8) / (n + 3 / 4)));
  const weight = ({ n }: Cases) => 1 / (1 / (n + 0.5) + spread ** 2 * pooled * (1 - pooled));
  const weights = sum(weight);
  const middle = sum((one) => weight(one) * angle(one)) / weights;
  const mean = (sum((one) => (weight(one) * one.successes) / one.n) + 0.5) / (weights + 1);
  return {
    mean,
    error: 1 / Math.sqrt(weights * mean * (1 - mean)),
    q: sum((one) => weight(one) * (angle(one) - middle) ** 2),
  };
}

/**
 * P(K <= successes) of a binomial K whose log odds are normally distributed. Given the odds it is the chance that a beta
 * variable of successes + 1 and n - successes is above the share (Abramowitz and Stegun 26.5.24), so it is the mean of the
 * normal distribution's lower tail over the logarithm of that variable's odds.
 */
function lowerTail({ successes, n }: Cases, centre: number, deviation: number): number {
  const [a, b] = [successes + 1, n - successes];
  if (b <= 0) return 1;
  const mode = Math.log(a / b);
  const width = Math.sqrt(1 / a + 1 / b);
  // Even steps, shorter than what is summed is wide: sums over bells are exact at such steps.
  const step = 0.75 * Math.max(width / 50, Math.min(width, deviation));
  const logDensity = (x: number) => a * x - (a + b) * Math.log1p(Math.exp(x));
  const peak = logDensity(mode);
  let densities = 0;
  let tail = 0;
  for (const direction of [-1, 1])
    for (let index = direction < 0 ? 0 : 1; ; index++) {
      const x = mode + direction * index * step;
      const density = Math.exp(logDensity(x) - peak);
      if (density < negligible) break;
      densities += density;
      tail += density * normalBelow((x - centre) / deviation);
    }
  return tail / densities;
}

/** The normal distribution's lower tail, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (polynomial * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z < 0 ? tail : 1 - tail;
}

/** The upper tail of chi-squared, its degrees of freedom whole (Abramowitz and Stegun 26.4.4 and 26.4.5). */
function upperTail(chiSquared: number, degrees: number): number {
  const half = chiSquared / 2;
  const isOdd = degrees % 2 === 1;
  let tail = isOdd ? 2 * normalBelow(-Math.sqrt(chiSquared)) : Math.exp(-half);
  let term = isOdd ? 2 * Math.sqrt(half / Math.PI) * Math.exp(-half) : half * Math.exp(-half);
  for (let at = isOdd ? 0.5 : 1; at < degrees / 2; at++) {
    tail += term;
    term *= half / (at + 1);
  }
  return Math.min(1, tail);
}
