import type { KpiResult } from '../../../domain/kpi-result.ts';
import { addDays, type DateRange, daysBetween } from '../../../domain/period.ts';
import { baselineWeeks } from './question.ts';

/** Fewer stretches than this tell nothing of what is usual. */
const fewest = 4;
/** A number that is usual lies beyond at most so many of them. */
const outliers = 1;

/** The stretches of the same weekdays before one, of the last eight weeks, the latest first; none overlaps it. */
export function stretchesBefore({ from, to }: DateRange): DateRange[] {
  const first = Math.ceil(daysBetween(from, to) / 7);
  return Array.from({ length: Math.max(0, baselineWeeks - first + 1) }, (_, index) => {
    const days = -7 * (first + index);
    return { from: addDays(from, days), to: addDays(to, days) };
  });
}

/** A stretch with its number. */
export interface Usual {
  period: DateRange;
  value: number;
}

/**
 * The stretch that shows what is usual: the one in the middle, of two the one nearer to the number. Null where fewer than four
 * have one; `inside`: where the number lies within the range of the stretches, but for one of them, which is usual too. Pure.
 */
export function usualOf(stretches: readonly Usual[], value: number): Usual | 'inside' | null {
  if (stretches.length < fewest) return null;
  const sorted = stretches.toSorted((a, b) => a.value - b.value);
  const below = sorted.filter((one) => one.value <= value).length;
  const above = sorted.filter((one) => one.value >= value).length;
  if (Math.min(below, above) > outliers) return 'inside';
  const middle = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.ceil((sorted.length - 1) / 2)]!];
  const off = (one: Usual) => Math.abs(one.value - value);
  return off(middle[0]!) <= off(middle[1]!) ? middle[0]! : middle[1]!;
}

/** A whole number of its stretch, or none. */
export function usualIn(result: KpiResult): Usual | null {
  const { value, period } = result;
  return value === null || !period.complete || !period.mature
    ? null
    : { period: { from: period.from, to: period.to }, value: Number(value) };
}
