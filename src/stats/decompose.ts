/** One value of a dimension in two periods. */
export interface AdditiveRow {
  key: string;
  now: number;
  before: number;
}

export interface Contribution {
  key: string;
  /** What it adds to the change: the contributions of all rows are the change, exactly. */
  change: number;
  /** Its part of the change (1 for all of it; negative where it moved against it); null where the whole stands still. */
  share: number | null;
  /** Its part of the whole, in the mean of both periods. */
  weight: number;
}

/** Which rows a sum's change is made of, the largest part of it first. */
export function additiveChange(rows: readonly AdditiveRow[]): Contribution[] {
  const change = sum(rows.map(({ now, before }) => now - before));
  const whole = sum(rows.map(({ now, before }) => now + before));
  return byShare(
    rows.map((row) => ({
      key: row.key,
      change: row.now - row.before,
      share: change === 0 ? null : (row.now - row.before) / change,
      weight: whole === 0 ? 0 : (row.now + row.before) / whole,
    })),
  );
}

/** One value of a dimension in two periods, of a ratio: numerator and denominator each. */
export interface RatioRow {
  key: string;
  now: { numerator: number; denominator: number };
  before: { numerator: number; denominator: number };
}

export interface RatioContribution extends Contribution {
  /** Of `change`: its own ratio moved. */
  rate: number;
  /** Of `change`: its part of all cases moved, towards or away from what is better than the whole. */
  mix: number;
}

export interface RatioChange {
  change: number;
  rows: RatioContribution[];
  /** The parts of all rows together; their sum is the change. */
  rate: number;
  mix: number;
  /** All rows moved against the whole (Simpson's paradox): then no single row explains it. */
  opposed: boolean;
}

/**
 * What moved a ratio R = sum of w r, w being a row's part of the cases: rate effects (mean w) x (change of r) and mix effects
 * (change of w) x (mean r - mean R). With means of both periods the effects of all rows add up to the change exactly,
 * without a rest. A row that has cases in one period only has moved in its part, not in its ratio. Null without cases in
 * either period.
 */
export function ratioChange(rows: readonly RatioRow[]): RatioChange | null {
  const whole = { now: totalOf(rows.map(({ now }) => now)), before: totalOf(rows.map(({ before }) => before)) };
  if (whole.now.denominator <= 0 || whole.before.denominator <= 0) return null;
  const [ratioNow, ratioBefore] = [ratioOf(whole.now), ratioOf(whole.before)];
  const change = ratioNow - ratioBefore;
  const middle = (ratioNow + ratioBefore) / 2;
  const parts = rows.map((row) => {
    const weights = {
      now: row.now.denominator / whole.now.denominator,
      before: row.before.denominator / whole.before.denominator,
    };
    const ratios = {
      now: row.now.denominator > 0 ? ratioOf(row.now) : ratioOf(row.before),
      before: row.before.denominator > 0 ? ratioOf(row.before) : ratioOf(row.now),
    };
    const weight = (weights.now + weights.before) / 2;
    const rate = weight * (ratios.now - ratios.before);
    const mix = (weights.now - weights.before) * ((ratios.now + ratios.before) / 2 - middle);
    return { key: row.key, rate, mix, change: rate + mix, share: change === 0 ? null : (rate + mix) / change, weight };
  });
  const moved = parts.filter(({ rate }) => rate !== 0);
  return {
    ...{ change, rows: byShare(parts) },
    rate: sum(parts.map(({ rate }) => rate)),
    mix: sum(parts.map(({ mix }) => mix)),
    opposed: change !== 0 && moved.length > 1 && moved.every(({ rate }) => Math.sign(rate) === -Math.sign(change)),
  };
}

function byShare<T extends Contribution>(rows: T[]): T[] {
  return rows.sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || (a.key < b.key ? -1 : 1));
}

function ratioOf({ numerator, denominator }: { numerator: number; denominator: number }): number {
  return denominator > 0 ? numerator / denominator : 0;
}

function totalOf(parts: readonly { numerator: number; denominator: number }[]) {
  return {
    numerator: sum(parts.map(({ numerator }) => numerator)),
    denominator: sum(parts.map(({ denominator }) => denominator)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
