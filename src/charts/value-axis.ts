import type { ValueFormat } from './spec.ts';

/** A value axis: its ends and the values that carry a tick, ascending, the ends among them. */
export interface ValueAxis {
  min: number;
  max: number;
  ticks: number[];
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 4, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 7, 10, 14].map((n) => n * day),
];

export interface AxisOptions {
  /** Bars and areas start at zero, because their size is the value. */
  zero: boolean;
  /** A share of a whole shown as bars spans 0..1, unless that would leave the bars too small to compare. */
  whole?: boolean;
  /** About how many intervals fit. */
  intervals?: number;
}

/** A range that holds all `values` (target included) with ticks people would have chosen. */
export function valueAxis(values: readonly number[], format: ValueFormat, options: AxisOptions): ValueAxis {
  const { zero, whole = false, intervals = 4 } = options;
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (whole && low >= 0 && high <= 1 && high > 0.2) return { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };

  let [min, max] = [low, high];
  const fromZero = zero || (low >= 0 && low <= 0.6 * high);
  if (fromZero) [min, max] = [Math.min(0, low), Math.max(0, high)];
  const least = leastSpan(format, Math.max(Math.abs(low), Math.abs(high)));
  if (max - min < least) {
    const spare = least - (max - min);
    [min, max] = fromZero ? [min, max + spare] : [min - spare / 2, max + spare / 2];
  }
  // Shares live in 0..1: the room made above may not promise more than all of them.
  if (format === 'percent' && low >= 0 && high <= 1) [min, max] = [Math.max(0, min), Math.min(1, max)];

  const step = niceStep((max - min) / intervals, format);
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step));
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** Below this span, for values of size `size`, a difference is noise: it must not be drawn as a cliff. */
function leastSpan(format: ValueFormat, size: number): number {
  if (format === 'percent') return Math.max(0.004, 0.1 * (size || 1));
  if (format === 'duration') return Math.max(4, 0.2 * size);
  return format === 'count' ? Math.max(1, 0.1 * size) : 0.1 * size || 1;
}

function niceStep(rough: number, format: ValueFormat): number {
  if (format === 'duration') {
    const found = timeSteps.find((step) => step >= rough * 0.8);
    if (found && rough < 14 * day) return found;
    return decimalStep(rough / day) * day;
  }
  if (format === 'count') return Math.max(1, decimalStep(rough));
  return decimalStep(rough);
}

function decimalStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = rough / power;
  const step = size <= 1.2 ? 1 : size <= 2.4 ? 2 : size <= 6 ? 5 : 10;
  return step * power;
}

/** Takes the binary dust out of multiples of 0.1. */
function clean(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(12));
}
