import type { Chart, Plugin } from 'chart.js';
import { tint } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { mutedInk } from '../theme.ts';
import { unfinishedOf } from '../unfinished.ts';
import { type Box, hatch } from './hatch.ts';
import { contextOf } from './text.ts';

/** Light enough for a line and its labels to be read on it. */
export const groundInk = tint(mutedInk, 0.5);

/** Hatches the ground under buckets that are not all decided yet: a line has no bars that could be. */
export function hatchedGroundPlugin(spec: ChartSpec): Plugin {
  return {
    id: 'hatched-ground',
    beforeDatasetsDraw(chart) {
      for (const box of groundsOf(chart, spec))
        hatch(contextOf(chart), box, groundInk, { why: 'immature', outline: false });
    },
  };
}

/** A box for each run of such buckets, half way to its neighbours on both sides. */
function groundsOf(chart: Chart, spec: ChartSpec): Box[] {
  const { left, right, top, bottom } = chart.chartArea;
  const at = (index: number) => Math.min(right, Math.max(left, chart.scales.x!.getPixelForValue(index)));
  const edge = (index: number) => (at(index - 1) + at(index)) / 2;
  const immature = [...unfinishedOf(spec)].filter(([, why]) => why === 'immature').map(([index]) => index);
  return runsOf(immature).map(([first, last]) => {
    const start = first === 0 ? left : edge(first);
    const end = last === spec.labels.length - 1 ? right : edge(last + 1);
    return { x: start, y: top, width: end - start, height: bottom - top };
  });
}

/** First and last of each run of neighbours. */
function runsOf(indices: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const index of indices.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && index === run[1] + 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}
