import type { Sql } from 'sql-template-tag';
import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { leadStages } from '../../domain/entities/sales.ts';
import { addDays, addUnits, startOfDay } from '../../domain/period.ts';
import { firstTaken, takenDays } from '../../rollups/keep-snapshot.ts';
import { leadCreatedDaily } from '../../rollups/lead-created-daily.ts';
import { factsOf, type ReadAt, today } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

const ever = '0001-01-01';

/**
 * Whether the level at the end of a past day is known: from its snapshot, or because no lead that was there has changed
 * since, as far as its source says.
 */
export async function isKnownOn(reader: Queryable, at: ReadAt, day: string): Promise<boolean> {
  return (await isCurrent(reader, at, day)) || (await takenDays(reader, at, 'pipeline', [day])).has(day);
}

async function isCurrent(reader: Queryable, at: ReadAt, day: string): Promise<boolean> {
  if (day >= today(at)) return true;
  const end = sql`${startOfDay(addDays(day, 1), at.timezone).toString()}::timestamptz`;
  const [row] = await reader.query<{ changed: boolean }>(sql`
    select exists (
      select from crm.leads
      where tenant_id = ${at.tenantId} and deleted_at is null and created_at < ${end} and updated_at >= ${end}
    ) or exists (
      select from crm.leads
      where tenant_id = ${at.tenantId} and deleted_at is null and created_at < ${end} and updated_at is null
    ) as changed`);
  return row?.changed === false;
}

/**
 * Leads and amounts by stage at the end of the period, or of a bucket: as they are now where nothing is known to have
 * changed since, else from the snapshot of that day, else not at all. As of an earlier day always from snapshots, none of
 * them later. `known` is 1 in every group; a total without it says since when days are kept (`kept_since`, as yyyymmdd).
 */
export async function pipelineLevels(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  if (grouping.kind === 'series') return seriesLevels(reader, scope, grouping);
  const groups = await levels(reader, scope, levelDay(scope, scope.period.to), grouping);
  if (groups !== null) return groups;
  if (grouping.kind !== 'total') return [];
  const first = await firstTaken(reader, scope.at, 'pipeline');
  const counts = { unknown: 1, kept_since: first === null ? 0 : Number(first.replaceAll('-', '')) };
  return [{ bucket: null, key: null, source: null, sums: { counts, bins: {} } }];
}

/** The day whose end counts: the last one before `to`, but none to come and none after the day of the belief. */
function levelDay({ at, asOfDate }: Scope, to: string): string {
  const days = [addDays(to, -1), today(at), ...(asOfDate === undefined ? [] : [asOfDate])];
  return days.reduce((a, b) => (a < b ? a : b));
}

/** Null where the level is not known. */
async function levels(reader: Queryable, scope: Scope, day: string, grouping: Grouping): Promise<Group[] | null> {
  const asNow = scope.asOfDate === undefined || scope.asOfDate >= today(scope.at);
  if (asNow && (await isCurrent(reader, scope.at, day))) {
    const created = factsOf(leadCreatedDaily, scope.at, { from: ever, to: addDays(day, 1) });
    return read(reader, scope, grouping, created);
  }
  if (!(await takenDays(reader, scope.at, 'pipeline', [day])).has(day)) return null;
  return read(
    reader,
    scope,
    grouping,
    sql`(
      select * from mart.pipeline_snapshot
      where tenant_id = ${scope.at.tenantId} and since <= ${day}::date and day >= ${day}::date)`,
  );
}

async function read(reader: Queryable, scope: Scope, grouping: Grouping, rows: Sql): Promise<Group[]> {
  const stages = leadStages.map(
    (stage) =>
      sql`coalesce(sum(f.amount_minor) filter (where f.stage = ${stage}), 0)::bigint as ${raw(`amount_${stage}`)}`,
  );
  const groups = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')}, 1 as known, ${join(stages)},
      coalesce(sum(f.leads), 0)::bigint as leads,
      coalesce(sum(f.with_amount), 0)::bigint as with_amount,
      coalesce(sum(f.leads) filter (where f.stage <> all (${leadStages as unknown as string[]}::text[])), 0)::bigint as without_stage
    from ${rows} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    ${grouping.kind === 'total' ? sql`` : sql`group by 1, 2, 3`}`);
  return groups.map(toGroup);
}

/** The days on which buckets end are read one by one: as many as a chart has points, each by index. */
async function seriesLevels(
  reader: Queryable,
  scope: Scope,
  { buckets, grain }: Extract<Grouping, { kind: 'series' }>,
): Promise<Group[]> {
  const ends = buckets.map((bucket) => {
    const end = addUnits(bucket, grain, 1);
    return { bucket, day: levelDay(scope, end < scope.period.to ? end : scope.period.to) };
  });
  const groups: Group[] = [];
  for (const { bucket, day } of ends) {
    if (scope.asOfDate !== undefined && bucket > scope.asOfDate) continue;
    for (const group of (await levels(reader, scope, day, { kind: 'total' })) ?? []) groups.push({ ...group, bucket });
  }
  return groups;
}
