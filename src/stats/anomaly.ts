import { median } from './median.ts';

/** One day's number, in the shape that decides how its chance is measured; null: no data. */
export type DayValue = { kind: 'count'; count: number } | { kind: 'ratio'; successes: number; n: number } | null;

export interface Anomaly {
  /** How far off, in standard deviations of such days; positive above what is usual. */
  z: number;
  /** Two-sided, of a normal deviate. */
  p: number;
  /** What such a weekday usually has: a count, or a ratio. */
  expected: number;
  /** Weeks of history that the weekday itself has. */
  weeks: number;
}

/** Fewer weeks tell too little of what is usual. */
export const fewestWeeks = 8;
/** Beyond this a day is unusual: clean days get there once in thousands. */
export const unusualZ = 4;
/** From the median of absolute residuals to a standard deviation, for normal ones. */
const normalScale = 1.482602218505602;
/** Cases of a day below which its ratio says nothing. */
const fewestCases = 30;

/**
 * How unusual a day is for its weekday. `history`: the days before it, the latest last, one entry a day. Counts are made
 * alike in spread by 2 sqrt(x + 3/8) (Anscombe 1948), ratios by the arcsine of their root; what is usual is the median of
 * the weekday; how much days differ from it is pooled over all weekdays (a median of 8 absolute residuals of one weekday
 * would raise false alarms on every twentieth clean day), never less than chance alone makes them differ; both widened for
 * being estimates from n weeks: sqrt(n / (n - 1)) and sqrt(1 + 1.57 / n). Null: less than eight weeks are known, or a
 * ratio of fewer than 30 cases.
 */
export function anomalyOf(history: readonly DayValue[], today: Exclude<DayValue, null>): Anomaly | null {
  if (today.kind === 'ratio' && today.n < fewestCases) return null;
  const length = history.length;
  const byWeekday = Map.groupBy(
    history.flatMap((value, index) => {
      const shown = value?.kind === today.kind ? stable(value) : null;
      return shown ? [{ weekday: (length - index) % 7, ...shown }] : [];
    }),
    ({ weekday }) => weekday,
  );
  const own = byWeekday.get(0) ?? [];
  const weeks = own.length;
  if (weeks < fewestWeeks) return null;
  const residuals = [...byWeekday.values()].flatMap((days) => {
    const usual = median(days.map(({ level }) => level));
    return days.length < fewestWeeks ? [] : days.map(({ level, precision }) => Math.abs(level - usual) * precision);
  });
  const spread = Math.max(1, normalScale * median(residuals));
  const widened = spread * Math.sqrt(weeks / (weeks - 1)) * Math.sqrt(1 + 1.57 / weeks);
  const usual = median(own.map(({ level }) => level));
  const now = stable(today);
  if (!now) return null;
  const z = ((now.level - usual) * now.precision) / widened;
  return { z, p: twoSided(z), expected: back(usual, today.kind), weeks };
}

/** A level whose chance deviation is 1 / precision, whatever the level. Null for a ratio of too few cases. */
function stable(value: Exclude<DayValue, null>): { level: number; precision: number } | null {
  if (value.kind === 'count') return { level: 2 * Math.sqrt(Math.max(0, value.count) + 3 / 8), precision: 1 };
  const { successes, n } = value;
  if (n < fewestCases) return null;
  return { level: Math.asin(Math.sqrt((successes + 3 / 8) / (n + 3 / 4))), precision: 2 * Math.sqrt(n + 1 / 2) };
}

function back(level: number, kind: 'count' | 'ratio'): number {
  return kind === 'count' ? Math.max(0, (level / 2) ** 2 - 3 / 8) : Math.sin(level) ** 2;
}

/** Two-sided p of a normal deviate, by the complementary error function (Numerical Recipes 6.2, relative error < 1.2e-7). */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const terms = [
    ...[-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806],
    ...[0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277],
  ];
  return t * Math.exp(-x * x + terms.reduceRight((sum, term) => sum * t + term, 0));
}

/**
 * Which of several tests hold when at most the share `q` of those that are said to hold may be false ones (Benjamini and
 * Hochberg 1995).
 */
export function benjaminiHochberg(ps: readonly number[], q: number): boolean[] {
  const sorted = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const last = sorted.findLastIndex(({ p }, rank) => p <= ((rank + 1) / ps.length) * q);
  const holding = new Set(sorted.slice(0, last + 1).map(({ index }) => index));
  return ps.map((_, index) => holding.has(index));
}
