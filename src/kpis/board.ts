import type { BreakdownRow, KpiResult } from '../domain/kpi-result.ts';
import { fewCases } from '../stats/compare.ts';
import type { DimensionId } from './dimensions.ts';
import type { Board, Group, Kpi, Measured, Scope } from './kpi.ts';

/** A group and its numbers, on the way to a row. */
export interface MeasuredGroup {
  group: Group;
  measured: Measured;
}

export interface RankedGroup extends MeasuredGroup {
  /** Undefined where no row is ranked. */
  rank?: number | null;
}

/**
 * Whether rows are ranked: by what somebody sees of others only, so not for whoever sees their own records, nor among rows
 * that a question has picked.
 */
export function isRanked(kpi: Kpi, scope: Scope, by: DimensionId, viewer: KpiResult['scope']): boolean {
  return (
    kpi.board?.fewestToRank !== undefined &&
    viewer !== 'own' &&
    !scope.filters.some((filter) => filter.dimension === by && !filter.except)
  );
}

/**
 * The rows with enough cases first, the best value at the top, then the others, the largest first. Equal values share a
 * rank, and the next one is as far down as if they did not (1, 2, 2, 4). `groups` come the largest first.
 */
export function rankGroups(groups: readonly MeasuredGroup[], { board, better }: Kpi): RankedGroup[] {
  const enough = ({ group, measured }: MeasuredGroup) =>
    group.key !== '' && measured.value !== null && (measured.denominator ?? 0) >= (board?.fewestToRank ?? 0);
  const sign = better === 'down' ? -1 : 1;
  const ranked = groups.filter(enough).sort((a, b) => sign * (Number(b.measured.value) - Number(a.measured.value)));
  const places = ranked.map(({ measured }) => ranked.findIndex((other) => other.measured.value === measured.value) + 1);
  return [
    ...ranked.map((row, index) => ({ ...row, rank: places[index]! })),
    ...groups.filter((row) => !enough(row)).map((row) => ({ ...row, rank: null })),
  ];
}

/** What the ranks go by, who has none, and how much they say. */
export function rankNotes(
  { fewestToRank, value }: Board,
  { by, rows }: { by: string; rows: readonly BreakdownRow[] },
  mature: boolean,
): string[] {
  const ranked = rows.filter((row) => typeof row.rank === 'number');
  const unranked = rows.filter((row) => row.rank === null).length;
  if (ranked.length + unranked === 0) return [];
  const some = `${fewestToRank} cases or more`;
  if (ranked.length === 0) return [`No ${by} has ${some}, so there are no ranks.`];
  const few = ranked.filter((row) => (row.denominator ?? 0) < fewCases).length;
  return [
    `Ranked by ${value.toLowerCase()}: ${ranked.length} ${ranked.length === 1 ? by : `${by}s`} with ${some}; equal rates share a rank.`,
    ...(unranked > 0
      ? [`${unranked} with fewer ${unranked === 1 ? 'comes' : 'come'} after them, without a rank.`]
      : []),
    ...(few > 0 ? [`${few} of the ranked have fewer than ${fewCases}: close ranks say little.`] : []),
    ...(mature ? [] : ['The latest cases may still be resolved: ranks may change.']),
  ];
}
