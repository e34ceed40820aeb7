/**
 * Mergeable log-bucket histogram of durations (the DDSketch mapping, Masson et al. 2019, doi:10.14778/3352063.3352135):
 * bin i holds seconds in (γ^(i-1), γ^i] with γ = (1 + α) / (1 - α). Any quantile read from it is off by at most α = 1 %.
 * Two bins stand apart: under one second (zero durations among them), and negative, which is not a duration at all.
 */
export const histogram = {
  gamma: 1.01 / 0.99,
  underOneSecond: -1,
  negative: -2,
} as const;

/** Counts per bin, as read from an aggregate. */
export type Bins = ReadonlyMap<number, number>;

/** The duration a bin stands for, in seconds: the value with the same relative error to both ends of the bin. */
export function binSeconds(bin: number): number {
  if (bin < 0) return 0;
  return (2 * histogram.gamma ** bin) / (histogram.gamma + 1);
}

/** The bin of a duration in seconds; the aggregate's SQL computes the same. */
export function binOf(seconds: number): number {
  if (seconds < 0) return histogram.negative;
  if (seconds < 1) return histogram.underOneSecond;
  return Math.ceil(Math.log(seconds) / Math.log(histogram.gamma));
}

/** Quantile `q` (0..1) in seconds, the mean of the two middle ranks where they differ; null without durations. */
export function quantile(bins: Bins, q: number): number | null {
  const ordered = [...bins].filter(([bin]) => bin !== histogram.negative).sort(([a], [b]) => a - b);
  const total = ordered.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = q * (total - 1);
  return (valueAt(ordered, Math.floor(rank)) + valueAt(ordered, Math.ceil(rank))) / 2;
}

function valueAt(ordered: [number, number][], rank: number): number {
  let seen = 0;
  for (const [bin, count] of ordered) {
    seen += count;
    if (rank < seen) return binSeconds(bin);
  }
  return binSeconds(ordered.at(-1)?.[0] ?? 0);
}

/** How many durations lie in each of the bands; `upTo` are ascending exclusive upper bounds in seconds. */
export function countBands(
  bins: Bins,
  bands: readonly { label: string; upTo: number }[],
): { label: string; count: number }[] {
  const counts = bands.map((band) => ({ label: band.label, count: 0 }));
  for (const [bin, count] of bins) {
    if (bin === histogram.negative) continue;
    const seconds = binSeconds(bin);
    const index = bands.findIndex((band) => seconds < band.upTo);
    const band = counts[index === -1 ? counts.length - 1 : index];
    if (band) band.count += count;
  }
  return counts;
}
