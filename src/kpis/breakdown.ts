import type { Queryable } from '../db/db.ts';
import type { BreakdownRow, KpiResult } from '../domain/kpi-result.ts';
import { daysBetween } from '../domain/period.ts';
import { type RankedGroup, rankGroups, rankingOf } from './board.ts';
import { type DimensionId, dimensionOf, plainLabel } from './dimensions.ts';
import { addSums, type Group, type Kpi, type Measured, noSums, type Scope } from './kpi.ts';
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
  { whole, viewer }: { whole: Measured; viewer: KpiResult['scope'] },
): Promise<NonNullable<KpiResult['breakdown']>> {
  // Where it is not known whether there is anything, nobody is shown to have nothing.
  if (kpi.board && whole.value === null) return { by, rows: [], other: null };
  const context = { days: daysBetween(scope.period.from, scope.period.to) };
  const largestFirst = (await kpi.query(reader, scope, { kind: 'breakdown', by }))
    .map((group) => ({ group, measured: kpi.measure(group.sums, context) }))
    // On a board whoever has nothing is there too.
    .filter(({ measured }) => kpi.board || measured.weight > 0 || hasCases(kpi, measured))
    .sort((a, b) => b.measured.weight - a.measured.weight || compareIds(a.group, b.group));
  const ranking = rankingOf(kpi, scope, by, viewer);
  const groups: RankedGroup[] = ranking ? rankGroups(largestFirst, kpi.better, ranking) : largestFirst;
  const most = kpi.board ? mostBoardRows : mostRows;
  const shown = groups.slice(0, most);
  const rest = groups.slice(most);
  const names = await namesOf(
    reader,
    scope.at.tenantId,
    by,
    shown.map(({ group }) => group.key ?? ''),
  );
  const statuses = by === 'operator' ? await kpi.board?.status?.(reader, scope) : undefined;
  const rows = shown.map(({ group, measured, rank }) => {
    const status = statuses?.get(`${group.source}/${group.key}`);
    return {
      ...identity(group, by, names, shown.filter((other) => other.group.key === group.key).length > 1),
      ...rowOf(measured, whole.weight),
      ...(rank === undefined ? {} : { rank }),
      ...(status === undefined ? {} : { status }),
    };
  });
  if (rest.length === 0) return { by, rows, other: null };
  const merged = rest.reduce((sum, { group }) => addSums(sum, group.sums), noSums);
  return {
    by,
    rows,
    other: { key: null, label: `Other (${rest.length})`, ...rowOf(kpi.measure(merged, context), whole.weight) },
  };
}

/** Nothing to measure yet, but something to count: undecided tickets, say. */
function hasCases(kpi: Kpi, { parts }: Measured): boolean {
  return Object.entries(kpi.parts).some(([name, part]) => part.unit === 'count' && (parts[name] ?? 0) > 0);
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

function rowOf(measured: Measured, totalWeight: number): Omit<BreakdownRow, 'key' | 'label'> {
  return {
    value: measured.value,
    ...fraction(measured),
    parts: measured.parts,
    share: totalWeight === 0 ? null : measured.weight / totalWeight,
  };
}

/** Numerator and denominator where the measure has them: absent keys stay absent in JSON. */
export function fraction(measured: Measured): { numerator?: number; denominator?: number } {
  return measured.numerator === undefined || measured.denominator === undefined
    ? {}
    : { numerator: measured.numerator, denominator: measured.denominator };
}
