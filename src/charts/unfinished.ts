import type { ChartSpec } from './spec.ts';

/** Why a bucket's value may still change: it has not ended, or has ended with cases that are not decided. */
export type Unfinished = 'incomplete' | 'immature';

/** The buckets whose values may still change, by their index; one that is both is incomplete. */
export function unfinishedOf(spec: ChartSpec): ReadonlyMap<number, Unfinished> {
  const found = new Map<number, Unfinished>();
  for (const index of spec.immature ?? []) found.set(index, 'immature');
  for (const index of spec.incomplete) found.set(index, 'incomplete');
  return found;
}

/** How the corner of a picture names what is drawn apart in it. */
export const unfinishedWords: Record<Unfinished, string> = {
  incomplete: 'not complete',
  immature: 'not all decided yet',
};
