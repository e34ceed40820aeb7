import type { BreakdownRow, KpiResult } from '../domain/kpi-result.ts';
import { fewCases } from '../stats/compare.ts';
import { wilson } from '../stats/intervals.ts';
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
 * How rows are ranked: not at all for whoever sees none but their own records, nor where the question has picked the rows,
 * for they are ranked among others.
 */
export function rankingOf(kpi: Kpi, scope: Scope, by: DimensionId, viewer: KpiResult['scope']): Board['ranked'] {
  const picked = scope.filters.some(({ dimension }) => dimension === by);
  return viewer === 'own' || picked ? undefined : kpi.board?.ranked;
}

/**
 * The rows with enough cases first, the best at the top, then the others, the largest first. Equal ones share a rank, and
 * the next one is as far down as if they did not (1, 2, 2, 4). `groups` come the largest first.
 */
export function rankGroups(
  groups: readonly MeasuredGroup[],
  better: Kpi['better'],
  { fewest, tie, cautious }: NonNullable<Board['ranked']>,
): RankedGroup[] {
  const enough = ({ group, measured }: MeasuredGroup) =>
    group.key !== '' && measured.value !== null && (measured.denominator ?? 0) >= fewest;
  const sign = better === 'down' ? -1 : 1;
  const second = ({ measured }: MeasuredGroup) => measured.parts[tie] ?? Number.NEGATIVE_INFINITY;
  const score = ({ measured: { value, evidence } }: MeasuredGroup) =>
    cautious && evidence.kind === 'ratio' ? wilson(evidence.successes, evidence.n).low : Number(value);
  const compare = (a: MeasuredGroup, b: MeasuredGroup) =>
    sign * (score(b) - score(a)) || (second(a) === second(b) ? 0 : second(b) - second(a));
  const ranked = groups.filter(enough).sort(compare);
  const ranks = ranked.map((row) => ranked.findIndex((other) => compare(row, other) === 0) + 1);
  return [
    ...ranked.map((row, index) => ({ ...row, rank: ranks[index]! })),
    ...groups.filter((row) => !enough(row)).map((row) => ({ ...row, rank: null })),
  ];
}

/** What the ranks go by, who has none, and how much they say; nothing where no row has been ranked or left without. */
export function rankNotes(
  { board, parts }: Kpi,
  { by, rows }: { by: string; rows: readonly BreakdownRow[] },
  mature: boolean,
): string[] {
  const { ranked: rule, value } = board ?? {};
  const ranked = rows.filter((row) => typeof row.rank === 'number');
  // What has no name is not ranked however large it is.
  const others = rows.filter((row) => row.rank === null && row.key !== '').length;
  if (!rule || ranked.length + others === 0) return [];
  if (ranked.length === 0) return [`Nothing to rank: no ${by} has ${rule.fewest} cases.`];
  const tie = parts[rule.tie]?.column ?? parts[rule.tie]?.title;
  const few = ranked.filter((row) => (row.denominator ?? 0) < fewCases).length;
  const counted = ranked.length === 1 ? `1 ${by}` : `${ranked.length} ${by}s`;
  return [
    `Ranked by ${rule.cautious ? `what the ${value?.toLowerCase()} is at least (95 %)` : value?.toLowerCase()}, equal ones by ${tie}: ${counted} with ${rule.fewest} cases or more.`,
    ...(others > 0 ? [`${others} with fewer ${others === 1 ? 'follows' : 'follow'} without a rank.`] : []),
    ...(few > 0
      ? [`${few} of the ranked ${few === 1 ? 'has' : 'have'} fewer than ${fewCases}: close ranks say little.`]
      : []),
    ...(mature ? [] : ['The latest may still be resolved: ranks may change.']),
  ];
}
