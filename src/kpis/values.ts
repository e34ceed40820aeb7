import sql, { empty, join, raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { type DimensionId, dimensionOf, plainLabel } from './dimensions.ts';
import type { Filter, Kpi } from './kpi.ts';
import { ownRows } from './scope.ts';

export type FilterOutcome = { kind: 'found'; filter: Filter; label: string } | { kind: 'unknown'; known: string[] };

interface KnownValue {
  source: string | null;
  key: string;
  name: string | null;
}

/** Most values ever listed as "known": more would not help anybody choose. */
const listed = 200;

/** Finds the values a person means by name or id, without case; `none` means records that have no value. */
export async function findValues(
  reader: Queryable,
  tenantId: number,
  kpi: Kpi,
  dimension: DimensionId,
  text: string,
): Promise<FilterOutcome> {
  const { described } = dimensionOf(dimension);
  // What is described is a short list; what records have is found by going through all of them.
  const listedHere =
    described && !isNone(dimension, text) ? await describedValues(reader, tenantId, kpi, dimension) : [];
  const found = among(dimension, listedHere, text);
  return found.kind === 'found' ? found : among(dimension, await knownValues(reader, tenantId, kpi, dimension), text);
}

/** The same for many texts: what there is is read once. */
export async function valueFinder(
  reader: Queryable,
  tenantId: number,
  kpi: Kpi,
  dimension: DimensionId,
): Promise<(text: string) => FilterOutcome> {
  const { described } = dimensionOf(dimension);
  const first = described ? await describedValues(reader, tenantId, kpi, dimension) : [];
  const known = await knownValues(reader, tenantId, kpi, dimension);
  return (text) => {
    const found = among(dimension, first, text);
    return found.kind === 'found' ? found : among(dimension, known, text);
  };
}

function isNone(dimension: DimensionId, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === 'none' || wanted === dimensionOf(dimension).none.toLowerCase();
}

function among(dimension: DimensionId, values: readonly KnownValue[], text: string): FilterOutcome {
  if (isNone(dimension, text))
    return {
      kind: 'found',
      filter: { dimension, values: [{ source: null, key: '' }] },
      label: dimensionOf(dimension).none,
    };
  const wanted = text.trim().toLowerCase();
  const label = (value: KnownValue) => value.name ?? plainLabel(dimensionOf(dimension), value.key);
  // A value without a name is not meant by an empty text.
  const isMeant = (value: KnownValue) =>
    // The same id in two sources is shown with its source.
    wanted !== '' &&
    [value.key, value.name, label(value), value.source && `${value.source}/${value.key}`].some(
      (name) => name?.toLowerCase() === wanted,
    );
  const matches = values.filter(isMeant);
  const [first] = matches;
  if (!first) return { kind: 'unknown', known: [...new Set(values.map(label))].slice(0, listed) };
  return {
    kind: 'found',
    filter: { dimension, values: matches.map(({ source, key }) => ({ source, key })) },
    label: label(first),
  };
}

/** Values that exist whether or not a record has them: the KPI's own, or the dimension's. */
function valuesOf(kpi: Kpi, id: DimensionId): readonly string[] {
  return kpi.values?.[id] ?? dimensionOf(id).values;
}

/** Values of a dimension that is `described`, deleted ones too: to a viewer who may see every record. */
async function describedValues(reader: Queryable, tenantId: number, kpi: Kpi, id: DimensionId): Promise<KnownValue[]> {
  const { entity } = dimensionOf(id);
  if (!entity) return valuesOf(kpi, id).map((key) => ({ source: null, key, name: null }));
  return reader.query<KnownValue>(sql`
    select source, id as key, name from ${raw(entity)}
    where tenant_id = ${tenantId} and (select ops.viewer_sees_all())
    order by coalesce(name, id), source`);
}

/**
 * Values that the viewer's records have, and those that exist without any: so that a quiet team is a zero. Whoever may
 * not see every record is not told of teams, people and accounts beyond those seen: their zero would be a false one.
 */
async function knownValues(reader: Queryable, tenantId: number, kpi: Kpi, id: DimensionId): Promise<KnownValue[]> {
  const dimension = dimensionOf(id);
  // A list that is known beforehand need not be a column of what dates the KPI.
  if (dimension.described && !dimension.entity)
    return valuesOf(kpi, id).map((key): KnownValue => ({ source: null, key, name: null }));
  const dated = [kpi.datedBy, ...(kpi.alsoDatedBy ?? [])];
  // What the KPI's query looks up elsewhere is no column of its days.
  const having = dated.filter((one) => !('key' in one) || one.key.includes(dimension.column));
  const used =
    having.length === 0
      ? sql`select null::text as source, null::text as key where false`
      : join(
          having.map(
            (rollup) => sql`
        select distinct ${dimension.entity ? raw('source') : sql`null::text`} as source, ${raw(dimension.column)} as key
        from ${raw(rollup.table)}
        where tenant_id = ${tenantId} and ${raw(dimension.column)} <> '' ${rollup === kpi.datedBy ? ownRows(kpi) : empty}`,
          ),
          ' union ',
        );
  if (!dimension.entity)
    return reader.query<KnownValue>(sql`
      select u.source, u.key, null::text as name
      from (${used} union select null, unnest(${valuesOf(kpi, id) as string[]}::text[])) as u
      order by u.key`);
  return reader.query<KnownValue>(sql`
    select u.source, u.key, e.name
    from (
      ${used}
      union
      select source, id from ${raw(dimension.entity)}
      where tenant_id = ${tenantId} and deleted_at is null and (select ops.viewer_sees_all())
    ) as u
    left join ${raw(dimension.entity)} e on e.tenant_id = ${tenantId} and e.source = u.source and e.id = u.key
    order by coalesce(e.name, u.key)`);
}

/** Names of entity ids, as `source/id` to name. Ids without a name stay ids. */
export async function namesOf(
  reader: Queryable,
  tenantId: number,
  id: DimensionId,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const { entity } = dimensionOf(id);
  if (!entity || keys.length === 0) return new Map();
  const rows = await reader.query<{ source: string; id: string; name: string }>(sql`
    select source, id, name from ${raw(entity)}
    where tenant_id = ${tenantId} and id = any (${keys as string[]}::text[]) and name is not null`);
  return new Map(rows.map((row) => [`${row.source}/${row.id}`, row.name]));
}
