import type { Queryable } from '../db/db.ts';
import type { BreakdownRow, KpiResult } from '../domain/kpi-result.ts';
import { type RankedGroup, rankGroups, rankingOf } from './board.ts';
import { type DimensionId, dimensionOf, plainLabel } from './dimensions.ts';
import type { Group, Kpi, Measured, Scope } from './kpi.ts';
import { contextOf, shownMeasure, sumOf } from './measures.ts';
import { namesOf } from './values.ts';

/** Rows shown before the rest is summed into `other`; of a board, whose rows are its answer, more. */
const mostRows = 20;
const mostBoardRows = 100;

/** The period's numbers by one dimension, ranked or largest first; the rest is summed before it is measured. */
export async function breakdownOf(
  reader: Queryable,
  kpi: Kpi,
  scope: Scope,
  by: DimensionId,
  {
    whole,
    viewer,
    currency,
    most = kpi.board ? mostBoardRows : mostRows,
  }: { whole: Measured; viewer: KpiResult['scope']; currency: string | undefined; most?: number },
): Promise<NonNullable<KpiResult['breakdown']>> {
  // Where it is not known whether there is anything, nobody is shown to have nothing.
  if (kpi.board && whole.value === null) return { by, rows: [], other: null };
  const context = contextOf(scope);
  const largestFirst = (await kpi.query(reader, scope, { kind: 'breakdown', by }))
    .map((group) => ({ group, measured: kpi.measure(group.sums, context) }))
    // On a board whoever has nothing is there too.
    .filter(({ measured }) => kpi.board || measured.weight > 0 || hasCases(kpi, measured))
    .sort((a, b) => b.measured.weight - a.measured.weight || compareIds(a.group, b.group));
  const ranking = rankingOf(kpi, scope, by, viewer);
  const groups: RankedGroup[] = ranking ? rankGroups(largestFirst, kpi.better, ranking) : largestFirst;
  const shown = groups.slice(0, most);
  const rest = groups.slice(most);
  // What is left as a single row is called by its name: "Other (1)" would hide it for nothing.
  const named = rest.length === 1 ? groups : shown;
  const names = await namesOf(
    reader,
    scope.at.tenantId,
    by,
    named.map(({ group }) => group.key ?? ''),
  );
  const identityOf = ({ group }: RankedGroup) =>
    identity(group, by, names, named.filter((other) => other.group.key === group.key).length > 1);
  const rowOf = (measured: Measured): Omit<BreakdownRow, 'key' | 'label'> => ({
    ...shownMeasure(kpi, measured, currency),
    share: whole.weight === 0 ? null : measured.weight / whole.weight,
  });
  const statuses = by === kpi.board?.by ? await kpi.board.status?.(reader, scope) : undefined;
  const rows = shown.map((ranked) => {
    const { group, measured, rank } = ranked;
    const status = statuses?.get(`${group.source}/${group.key}`);
    return {
      ...identityOf(ranked),
      ...rowOf(measured),
      ...(rank === undefined ? {} : { rank }),
      ...(status === undefined ? {} : { status }),
    };
  });
  if (rest.length === 0) return { by, rows, other: null };
  const label = rest.length === 1 ? identityOf(rest[0]!).label : `Other (${rest.length})`;
  // What counts once and stands in several rows cannot be summed over them.
  const isSummable = kpi.additive !== false || rest.length === 1;
  const merged = isSummable ? kpi.measure(sumOf(rest.map(({ group }) => group)), context) : null;
  return { by, rows, other: { key: null, label, ...(merged ? rowOf(merged) : { value: null, share: null }) } };
}

/** Nothing to measure yet, but something to count: undecided tickets, say. */
function hasCases(kpi: Kpi, { parts }: Measured): boolean {
  const counted = Object.keys(kpi.parts).filter((name) => ['count', 'money'].includes(kpi.parts[name]!.unit));
  return counted.some((name) => (parts[name] ?? 0) > 0);
}

/** An order that does not depend on the machine's language, so that equal groups never swap places. */
function compareIds(a: Group, b: Group): number {
  const [first, second] = [a, b].map(({ key, source }) => `${key ?? ''}\n${source ?? ''}`) as [string, string];
  return first < second ? -1 : Number(first > second);
}

/** The same id in two sources is two things: then both show their source. */
function identity(
  group: Group,
  by: DimensionId,
  names: ReadonlyMap<string, string>,
  ambiguous: boolean,
): { key: string; label: string } {
  const key = group.key ?? '';
  const label = names.get(`${group.source}/${key}`) ?? plainLabel(dimensionOf(by), key);
  return ambiguous ? { key: `${group.source}/${key}`, label: `${label} (${group.source})` } : { key, label };
}
