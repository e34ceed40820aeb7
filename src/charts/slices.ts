import { grey, type Shade, shadesOf } from './palette.ts';
import type { ChartSpec } from './spec.ts';

/** More slices than these cannot be told apart; what remains is `Other`. */
const maxSlices = 5;

export interface Slice {
  key: string;
  label: string;
  value: number;
  /** 0..1 of the total. */
  share: number;
  shade: Shade;
}

export interface Slices {
  total: number;
  slices: Slice[];
}

/**
 * The parts of a whole as a doughnut shows them: the largest first, those of one size by key, at most five and then what
 * is left with what the spec calls no name of its own. The values of a spec that passes `checkSpec` add up to more than 0.
 */
export function slicesOf(spec: ChartSpec): Slices {
  const muted = new Set(spec.muted ?? []);
  const all = spec.labels.flatMap((label, index) => {
    const value = spec.series[0]?.values[index] ?? null;
    return value === null ? [] : [{ key: spec.keys?.[index] ?? label, label, value, named: !muted.has(index) }];
  });
  const total = all.reduce((sum, { value }) => sum + value, 0);
  const named = all.filter((slice) => slice.named).sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
  const shown = named.slice(0, maxSlices);
  const rest = [...named.slice(maxSlices), ...all.filter((slice) => !slice.named)];
  const shades = shadesOf(shown.map(({ key }) => key));
  const slices = shown.map(({ key, label, value }) => ({
    key,
    label,
    value,
    share: value / total,
    shade: shades.get(key)!,
  }));
  if (rest.length > 0) {
    const value = rest.reduce((sum, slice) => sum + slice.value, 0);
    const [only] = rest;
    const label = rest.length === 1 && !only!.named ? only!.label : 'Other';
    slices.push({ key: 'other', label, value, share: value / total, shade: grey });
  }
  return { total, slices };
}
