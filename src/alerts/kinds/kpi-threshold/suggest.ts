import type { Kpi } from '../../../kpis/kpi.ts';
import { worthIt } from '../../suggest.ts';
import { type Marks, markText } from './marks.ts';

/** Clear marks are said in steps of these, so that they read as something a person would choose. */
const steps = {
  ratio: 0.005,
  duration: 60,
  hours: 0.5,
  days: 0.5,
  score: 0.05,
  points: 1,
  count: 1,
  money: 1,
} as const;

/**
 * The clear mark nearest to the threshold that leaves at most 70 % of the episodes: what goes to and fro around the threshold
 * is then one episode. Null where no mark of those that were ever reached does, or where there are too few to merge.
 * `episodesAt`: how many there are with a clear mark; never more with one that is further off.
 */
export function clearSuggestion(
  values: readonly number[],
  marks: Marks,
  kpi: Pick<Kpi, 'unit' | 'outOf'>,
  episodes: number,
  episodesAt: (clear: number) => number,
): string | null {
  const sign = marks.side === 'above' ? -1 : 1;
  const step = steps[kpi.unit];
  const candidates = [
    ...new Set(
      values
        .filter((value) => sign * (value - marks.clear) >= 0)
        // Just beyond the value, so that having reached it does not count as well again.
        .map((value) =>
          round(sign > 0 ? Math.floor(value / step + 1e-9) + 1 : Math.ceil(value / step - 1e-9) - 1, step),
        )
        .filter((clear) => kpi.unit !== 'ratio' || (clear > 0 && clear < 1)),
    ),
  ].toSorted((a, b) => sign * (a - b));
  let [first, end] = [0, candidates.length];
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    if (worthIt(episodes, episodesAt(candidates[middle]!))) end = middle;
    else first = middle + 1;
  }
  const clear = candidates[first];
  if (clear === undefined) return null;
  const left = episodesAt(clear);
  if (!worthIt(episodes, left)) return null;
  return `With clear: ${markText(clear, kpi)} it would have fired ${left} × instead of ${episodes} ×.`;
}

function round(count: number, step: number): number {
  return Number((count * step).toPrecision(12));
}
