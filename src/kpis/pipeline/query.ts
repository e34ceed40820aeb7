import type { Sql } from 'sql-template-tag';
import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { leadStages } from '../../domain/entities/sales.ts';
import { addDays, addUnits, startOfDay } from '../../domain/period.ts';
import { firstTaken, takenDays } from '../../rollups/keep-snapshot.ts';
import { leadCreatedDaily } from '../../rollups/lead-created-daily.ts';
import { factsOf, type ReadAt, today } from '../../rollups/read.ts';
import { addSums, type Group, type Grouping, type Scope, type Sums } from '../kpi.ts';
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
  return (await currentDays(reader, at, [day])).has(day);
}

/** Those of some days whose level is the one of now, but for the leads that came since. */
async function currentDays(reader: Queryable, at: ReadAt, days: readonly string[]): Promise<Set<string>> {
  const ends = days.map((day) => startOfDay(addDays(day, 1), at.timezone).toString());
  const rows = await reader.query<{ day: string }>(sql`
    with changed as materialized (
      select created_at, updated_at from crm.leads
      where tenant_id = ${at.tenantId} and deleted_at is null and updated_at >= ${ends.toSorted()[0] ?? null}::timestamptz
      union all
      select created_at, 'infinity' from crm.leads
      where tenant_id = ${at.tenantId} and deleted_at is null and updated_at is null
    )
    select d.day from unnest(${days as string[]}::date[], ${ends}::timestamptz[]) as d (day, ends)
    where d.day >= ${today(at)}::date
      or not exists (select from changed where created_at < d.ends and updated_at >= d.ends)`);
  return new Set(rows.map(({ day }) => day));
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
  const columns = groupColumns(grouping, scope, 'f');
  const by = grouping.kind === 'total' ? sql`` : sql`group by 1, 2, 3`;
  if (isAsNow(scope) && (await isCurrent(reader, scope.at, day)))
    return read(reader, scope, columns, createdUntil(scope, day), by);
  if (!(await takenDays(reader, scope.at, 'pipeline', [day])).has(day)) return null;
  return read(reader, scope, columns, keptFor(scope, [day]), by);
}

function isAsNow({ at, asOfDate }: Scope): boolean {
  return asOfDate === undefined || asOfDate >= today(at);
}

function createdUntil({ at }: Scope, day: string): Sql {
  return factsOf(leadCreatedDaily, at, { from: ever, to: addDays(day, 1) });
}

/** Rows of the snapshots that held on any of the days, at least one, in order. */
function keptFor({ at }: Scope, days: readonly string[]): Sql {
  return sql`(
    select * from mart.pipeline_snapshot
    where tenant_id = ${at.tenantId} and since <= ${days.at(-1)!}::date and day >= ${days[0]!}::date)`;
}

async function read(reader: Queryable, scope: Scope, columns: Sql, rows: Sql, groupBy: Sql): Promise<Group[]> {
  const stages = leadStages.map(
    (stage) =>
      sql`coalesce(sum(f.amount_minor) filter (where f.stage = ${stage}), 0)::bigint as ${raw(`amount_${stage}`)}`,
  );
  const groups = await reader.query<GroupRow>(sql`
    select
      ${columns}, 1 as known, ${join(stages)},
      coalesce(sum(f.leads), 0)::bigint as leads,
      coalesce(sum(f.with_amount), 0)::bigint as with_amount,
      coalesce(sum(f.leads) filter (where f.stage <> all (${leadStages as unknown as string[]}::text[])), 0)::bigint as without_stage
    from ${rows} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    ${groupBy}`);
  return groups.map(toGroup);
}

/**
 * The levels at the ends of buckets, each kind in one reading: rows are summed by the stretch of those days on which they
 * hold, and a level is the sum of the stretches its day lies in. A bucket whose level is not known has no group.
 */
async function seriesLevels(
  reader: Queryable,
  scope: Scope,
  { buckets, grain }: Extract<Grouping, { kind: 'series' }>,
): Promise<Group[]> {
  const ends = buckets
    .filter((bucket) => scope.asOfDate === undefined || bucket <= scope.asOfDate)
    .map((bucket) => {
      const end = addUnits(bucket, grain, 1);
      return { bucket, day: levelDay(scope, end < scope.period.to ? end : scope.period.to) };
    });
  const days = [...new Set(ends.map(({ day }) => day))];
  const current = isAsNow(scope) ? await currentDays(reader, scope.at, days) : new Set<string>();
  const taken = await takenDays(
    reader,
    scope.at,
    'pipeline',
    days.filter((day) => !current.has(day)),
  );
  const stretch = (since: Sql, until: Sql) =>
    sql`null::date as bucket, ${since} || ' ' || ${until} as key, null::text as source`;
  const groups = new Map<string, Group[]>();
  for (const [known, rowsOf, until] of [
    [current, (among: readonly string[]) => createdUntil(scope, among.at(-1)!), sql`'infinity'::text`],
    [taken, (among: readonly string[]) => keptFor(scope, among), sql`least(f.day, '9999-12-31')::text`],
  ] as const) {
    const among = days.filter((day) => known.has(day));
    if (among.length === 0) continue;
    const since = sql`greatest(${known === taken ? raw('f.since') : raw('f.day')}, ${among[0]!}::date)::text`;
    const found = await read(reader, scope, stretch(since, until), rowsOf(among), sql`group by 1, 2, 3`);
    for (const day of among)
      groups.set(
        day,
        found.filter(({ key }) => holdsOn(key ?? '', day)),
      );
  }
  return ends.flatMap(({ bucket, day }) => {
    const found = groups.get(day);
    // A day without leads is known to have none.
    const empty: Sums = { counts: { known: 1 }, bins: {} };
    const sums = found?.reduce((sum, group) => addSums(sum, group.sums), empty);
    return sums ? [{ bucket, key: null, source: null, sums }] : [];
  });
}

/** Whether a stretch (`2026-10-01 infinity`) has the day in it; words order after digits. */
function holdsOn(stretch: string, day: string): boolean {
  const [since = '', until = ''] = stretch.split(' ');
  return since <= day && day <= until;
}
