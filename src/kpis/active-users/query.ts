import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays, addUnits, daysBetween } from '../../domain/period.ts';
import { operatorActiveDaily } from '../../rollups/operator-active-daily.ts';
import { factsOf, ownOperators, today } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { groupColumns, scopeConditions } from '../scope.ts';
import { type ActiveCounts, activeCounts, windowStart, windows } from './windows.ts';

interface Row {
  key: string | null;
  source: string | null;
  who: string;
  day: string;
}

/**
 * Active operators of the days of the period: the sum of each day's (for the average), and of the last day its own and
 * those of the windows that end with it. Counted in memory from one row per person and day, so that every day of two years
 * costs one pass. A window that reaches before the first day there is data of is not enough history.
 */
export async function activeUsers(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const tomorrow = addDays(today(scope.at), 1);
  const period = { from: scope.period.from, to: scope.period.to < tomorrow ? scope.period.to : tomorrow };
  if (period.from >= period.to) return [];
  const read = { from: windowStart(period.from), to: period.to };
  const grouped = grouping.kind === 'breakdown' ? grouping : ({ kind: 'total' } as const);
  const { tenantId } = scope.at;
  const rows = await reader.query<Row>(sql`
    select distinct g.key, g.source, g.who, g.day from (
      select ${groupColumns(grouped, scope, 'f')}, f.source || '/' || f.operator_id as who, f.day
      from (
        select f.*, coalesce(o.type, '') as type, coalesce(o.team_id, '') as team_id
        from ${factsOf(operatorActiveDaily, scope.at, read)} f
        left join crm.operators o on o.tenant_id = ${tenantId} and o.source = f.source and o.id = f.operator_id
      ) f
      where f.tenant_id = ${tenantId} ${scopeConditions(scope, 'f')}
    ) as g (bucket, key, source, who, day)
    order by g.key, g.source, g.who, g.day`);
  const [first] = await reader.query<{ day: string | null }>(sql`
    select min(day) as day from mart.operator_active_daily where tenant_id = ${tenantId} ${ownOperators(scope.at)}`);
  const counts = activeCounts(
    rows.map(({ key, source, who, day }) => ({ group: JSON.stringify([key, source]), who, day })),
    period,
  );
  // Nobody there is a zero, not nothing; whether there is any data is asked elsewhere.
  if (counts.size === 0 && grouping.kind !== 'breakdown')
    counts.set(
      JSON.stringify([null, null]),
      Array.from({ length: daysBetween(period.from, period.to) }, () => ({ dau: 0, wau: 0, mau: 0 })),
    );
  return [...counts].flatMap(([group, days]) => {
    const [key, source] = JSON.parse(group) as [string | null, string | null];
    const part = (bucket: string | null, from: string, to: string): Group => ({
      ...{ bucket, key, source },
      sums: sumsOf(days.slice(daysBetween(period.from, from), daysBetween(period.from, to)), to, first?.day ?? null),
    });
    if (grouping.kind !== 'series') return [part(null, period.from, period.to)];
    return grouping.buckets.map((bucket) => {
      const end = addUnits(bucket, grouping.grain, 1);
      return part(bucket, bucket > period.from ? bucket : period.from, end < period.to ? end : period.to);
    });
  });
}

function sumsOf(days: readonly ActiveCounts[], to: string, first: string | null): Group['sums'] {
  const last = days.at(-1);
  const knows = (length: number) => (first !== null && addDays(to, -length) >= first ? 1 : 0);
  return {
    counts: {
      days: days.length,
      dau_sum: days.reduce((sum, { dau }) => sum + dau, 0),
      dau: last?.dau ?? 0,
      wau: last?.wau ?? 0,
      mau: last?.mau ?? 0,
      knows_wau: knows(windows.wau),
      knows_mau: knows(windows.mau),
    },
    bins: {},
  };
}
