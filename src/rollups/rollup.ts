import type { Sql } from 'sql-template-tag';
import sql, { empty, join, raw } from 'sql-template-tag';
import type { EntityId } from '../domain/entity.ts';
import { addDays, type DateRange } from '../domain/period.ts';

/**
 * One aggregate table: per local day of the tenant, additive parts of an entity's current rows. The day is the bucket:
 * a change of a record marks the days it counts on before and after, and a drain makes exactly those days again from
 * the entity with `select`, the one definition that rebuild and verify run too.
 */
export interface Rollup {
  id: string;
  table: string;
  /** The entity it is made of: the drain takes the lock of its writer, and its writer marks this rollup. */
  stream: EntityId;
  /** The table of that entity. */
  entityTable: string;
  /** The table behind `entityTable` where that is a view which looks up more than `at` and `unsettled` need. */
  datedTable?: string;
  /**
   * `sweep`: its rows are facts that src/facts makes of records that are not deleted and stores, marking their days; no
   * writer does.
   */
  markedBy?: 'sweep';
  /** Timestamp column of the entity that decides the day; rows without it do not count. */
  at: string;
  /** Raised with the meaning of a column: every bucket is then made again. */
  definitionVersion: number;
  /** Whether deleted records count too: of what exists for a time, `select` looks at `deleted_at` itself. */
  withDeleted?: true;
  /** Key columns after tenant_id and day, then the additive ones. */
  key: readonly string[];
  measures: readonly string[];
  /**
   * Groups `rows` (the entity's columns plus `day`) into key and measures, tenant_id and day first. Without `now` as the
   * facts are stored: that is what is kept, and a function of stored data. With it, facts dated later are hidden.
   */
  select(rows: Sql, timezone: string, now?: Temporal.Instant): Sql;
  /** Whether a row `e` of a past day may count otherwise as of `now` than as stored; absent where none can. */
  unsettled?: (now: Temporal.Instant) => Sql;
}

export interface TenantZone {
  tenantId: number;
  timezone: string;
}

/** The local day of an entity row, as SQL: instant to local date is unambiguous, so Postgres may do it. */
export function dayOf(rollup: Rollup, alias: string, timezone: string): Sql {
  return sql`(${raw(`${alias}.${rollup.at}`)} at time zone ${timezone})::date`;
}

/** The rows a rollup is made of, with their `day`: all, those of some days (at least one), or those up to an instant. */
export function sourceRows(
  rollup: Rollup,
  tenant: TenantZone,
  scope: { days?: readonly string[]; until?: Temporal.Instant } = {},
): Sql {
  const at = raw(`e.${rollup.at}`);
  const day = dayOf(rollup, 'e', tenant.timezone);
  const days = scope.days
    ? sql`and (${join(
        stretchesOf(scope.days).map(
          ({ from, to }) =>
            sql`(${at} >= ${`${from}T00:00:00Z`}::timestamptz and ${at} < ${`${to}T00:00:00Z`}::timestamptz)`,
        ),
        ' or ',
      )}) and ${day} = any (${scope.days as string[]}::date[])`
    : empty;
  const until = scope.until ? sql`and ${at} <= ${scope.until.toString()}::timestamptz` : empty;
  return sql`(
    select e.*, ${day} as day
    from ${raw(rollup.entityTable)} e
    where e.tenant_id = ${tenant.tenantId} ${raw(rollup.withDeleted || rollup.markedBy === 'sweep' ? '' : 'and e.deleted_at is null')}
      and ${at} is not null ${days} ${until}
  ) as r`;
}

/** Most stretches looked up one by one; beyond, reading all between the first and the last is as good. */
const mostStretches = 50;

/**
 * The days as stretches of UTC, a day wider on both sides: no zone is further than 14 h from UTC. They are constants by
 * which the planner finds few days' rows by index; which day a row lies on is decided exactly beside them.
 */
function stretchesOf(days: readonly string[]): DateRange[] {
  const stretches: DateRange[] = [];
  for (const day of days.toSorted()) {
    const last = stretches.at(-1);
    const padded = { from: addDays(day, -1), to: addDays(day, 2) };
    if (last && (last.to >= padded.from || stretches.length === mostStretches)) last.to = padded.to;
    else stretches.push(padded);
  }
  return stretches;
}

/** Dimensions of an entity's row with '' for "has none": the keys of an aggregate cannot be null. */
export function dimensionValues(names: readonly string[]): Sql {
  return join(names.map((name) => raw(`coalesce(${name}, '') as ${name}`)));
}

/** Column names as a list for SQL; they are code constants. */
export function columns(names: readonly string[], alias?: string): Sql {
  return join(names.map((name) => raw(alias ? `${alias}.${name}` : name)));
}
