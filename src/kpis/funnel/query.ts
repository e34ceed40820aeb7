import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addUnits } from '../../domain/period.ts';
import { funnelParts } from '../../rollups/funnel-snapshot.ts';
import { takenDays } from '../../rollups/keep-snapshot.ts';
import { leadQualifiedDaily } from '../../rollups/lead-qualified-daily.ts';
import { opportunityClosedDaily } from '../../rollups/opportunity-closed-daily.ts';
import { opportunityOpenedDaily } from '../../rollups/opportunity-opened-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import { type Group, type Grouping, mergeGroups, type Scope } from '../kpi.ts';
import { leadsCreated } from '../leads-created.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/** Each stage by its own date: the rollup whose days they are, what counts there, and which rows. */
const ownDates = [
  { part: 'sql', rollup: leadQualifiedDaily, measure: 'leads', when: 'true' },
  { part: 'opportunities', rollup: opportunityOpenedDaily, measure: 'opportunities', when: 'true' },
  { part: 'won', rollup: opportunityClosedDaily, measure: 'opportunities', when: "f.status = 'won'" },
] as const;

/** The parts of the funnel; `deals` says in every group whether opportunities are delivered at all. */
export async function funnelCounts(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const groups =
    scope.asOfDate === undefined
      ? [...(await leadsCreated(reader, scope, grouping)), ...(await byOwnDates(reader, scope, grouping))]
      : await believed(reader, scope, scope.asOfDate, grouping);
  const deals = await deliversDeals(reader, scope);
  return mergeGroups(groups).map((group) => ({
    ...group,
    sums: { ...group.sums, counts: { ...group.sums.counts, ...(deals && { deals: 1 }) } },
  }));
}

async function byOwnDates(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const counted = ownDates.map(
    ({ part, rollup, measure, when }) => sql`
      select ${groupColumns(grouping, scope, 'f')}, ${part}::text as part, f.${raw(measure)} as records
      from ${factsOf(rollup, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} and ${raw(when)} ${scopeConditions(scope, 'f')}`,
  );
  const rows = await reader.query<GroupRow>(sql`
    select
      bucket, key, source,
      ${join(
        ownDates.map(
          ({ part }) => sql`coalesce(sum(records) filter (where part = ${part}), 0)::bigint as ${raw(part)}`,
        ),
      )}
    from (${join(counted, ' union all ')}) as counted
    group by bucket, key, source`);
  return rows.map(toGroup);
}

/**
 * The same from the snapshot of a day, which is kept by month: whole months only, the last one as far as it had come.
 * Without that snapshot, or with another period, a group that says which of the two it is and counts nothing.
 */
async function believed(reader: Queryable, scope: Scope, day: string, grouping: Grouping): Promise<Group[]> {
  const { period } = scope;
  const explained = (counts: Record<string, number>): Group[] =>
    grouping.kind === 'total' ? [{ bucket: null, key: null, source: null, sums: { counts, bins: {} } }] : [];
  if (!(await takenDays(reader, scope.at, 'funnel', [day])).has(day)) return explained({ not_kept: 1 });
  const to = period.to > day ? addUnits(monthOf(day), 'month', 1) : period.to;
  if (period.from !== monthOf(period.from) || to !== monthOf(to)) return explained({ not_months: 1 });
  if (grouping.kind === 'series' && grouping.grain !== 'month') return [];
  const counted = funnelParts.map(
    ({ part }) => sql`coalesce(sum(f.records) filter (where f.part = ${part}), 0)::bigint as ${raw(part)}`,
  );
  const rows = await reader.query<GroupRow>(sql`
    select ${groupColumns(grouping, scope, 'f')}, ${join(counted)}
    from (
      select tenant_id, month as day, source, part, operator_id, account_id, records
      from mart.funnel_snapshot
      where tenant_id = ${scope.at.tenantId} and since <= ${day}::date and day >= ${day}::date
        and month >= ${period.from}::date and month < ${to}::date
    ) f
    where true ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

function monthOf(date: string): string {
  return `${date.slice(0, 7)}-01`;
}

async function deliversDeals(reader: Queryable, { at }: Scope): Promise<boolean> {
  const rows = await reader.query(sql`
    select 1 from ops.streams where tenant_id = ${at.tenantId} and stream = 'opportunity' limit 1`);
  return rows.length > 0;
}
