import type { Sql } from 'sql-template-tag';
import sql, { empty, join, raw } from 'sql-template-tag';
import { dimensionOf } from './dimensions.ts';
import type { Filter, Group, Grouping, Kpi, Scope } from './kpi.ts';

const nobody: Filter = { dimension: 'operator', values: [{ source: null, key: '' }] };

/** The same question about the records that have an operator. */
export function assignedOnly(scope: Scope): Scope {
  return { ...scope, filters: [...scope.filters, { ...nobody, except: true }] };
}

/** The same question about the records that have none. */
export function unassignedOnly(scope: Scope): Scope {
  return { ...scope, filters: [...scope.filters, nobody] };
}

/**
 * Conditions that every query over records of accounts has: chosen dimension values, and no demo accounts. `alias` is the
 * row's; it has `source`, `account_id` and the columns of the KPI's dimensions.
 */
export function scopeConditions(scope: Scope, alias: string): Sql {
  // Entity rows may have no account; `not (null)` would drop them.
  const account = raw(`coalesce(${alias}.account_id, '')`);
  return sql`${filterConditions(scope.filters, alias)}
    and not (
      ${account} <> '' and (
        (${raw(alias)}.source, ${account}) in (
          select a.source, a.id from crm.accounts a where a.tenant_id = ${scope.at.tenantId} and a.demo)
        or ${account} in (select unnest(t.demo_accounts) from ops.tenants t where t.tenant_id = ${scope.at.tenantId})
      )
    )`;
}

/** The condition that keeps a KPI's own rows of the rollup it is dated by. */
export function ownRows({ only }: Kpi): Sql {
  return only ? sql`and ${raw(only.column)} = ${only.value}` : empty;
}

function filterConditions(filters: readonly Filter[], alias: string): Sql {
  if (filters.length === 0) return empty;
  return join(
    filters.map((filter) => {
      const column = raw(`${alias}.${dimensionOf(filter.dimension).column}`);
      const keys = filter.values.map((value) => value.key);
      const sources = filter.values.map((value) => value.source);
      return sql`and ${raw(filter.except ? 'not exists' : 'exists')} (
        select 1 from unnest(${sources}::text[], ${keys}::text[]) as wanted (source, key)
        where coalesce(${column}, '') = wanted.key and (wanted.source is null or wanted.source = ${raw(alias)}.source))`;
    }),
    ' ',
  );
}

/** The grouping as columns `bucket`, `key`, `source` of a row with `day` and the column of the dimension. */
export function groupColumns(grouping: Grouping, scope: Scope, alias: string): Sql {
  if (grouping.kind === 'series') {
    return sql`${bucketOf(grouping.grain, scope.weekStart, raw(`${alias}.day`))} as bucket, null::text as key, null::text as source`;
  }
  if (grouping.kind === 'breakdown') {
    const dimension = dimensionOf(grouping.by);
    const key = raw(`coalesce(${alias}.${dimension.column}, '')`);
    // An id belongs to its source; having none is the same everywhere.
    const source = dimension.entity ? sql`case when ${key} <> '' then ${raw(alias)}.source end` : sql`null::text`;
    return sql`null::date as bucket, ${key} as key, ${source} as source`;
  }
  return sql`null::date as bucket, null::text as key, null::text as source`;
}

function bucketOf(grain: 'day' | 'week' | 'month', weekStart: number, day: Sql): Sql {
  switch (grain) {
    case 'day':
      return day;
    case 'week':
      return sql`(${day} - (extract(isodow from ${day})::int - ${weekStart}::int + 7) % 7)`;
    case 'month':
      return sql`date_trunc('month', ${day}::timestamp)::date`;
  }
}

/** A query's row: the group, additive columns as numbers, and for times the counts per histogram bin, by clock. */
export interface GroupRow {
  bucket: string | null;
  key: string | null;
  source: string | null;
  bins?: Record<string, Record<string, number> | null>;
}

export function toGroup(row: GroupRow): Group {
  const { bucket, key, source, bins, ...counts } = row;
  return {
    bucket,
    key,
    source,
    sums: {
      counts: counts as Record<string, number>,
      bins: Object.fromEntries(
        Object.entries(bins ?? {}).map(([name, counts]) => [
          name,
          new Map(Object.entries(counts ?? {}).map(([bin, n]) => [Number(bin), n])),
        ]),
      ),
    },
  };
}
