import sql, { raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../../db/db.ts';
import type { FieldType } from '../../domain/entity.ts';
import { derivedId } from '../../ingest/derived-id.ts';
import type { EntityMapping } from './mapping.ts';

/** The column types of fields, in staging as in the entities' tables. */
export const columnTypes: Record<FieldType, string> = {
  key: 'text',
  text: 'text',
  integer: 'integer',
  number: 'double precision',
  amount: 'bigint',
  timestamp: 'timestamptz',
  date: 'date',
  boolean: 'boolean',
  'text list': 'text[]',
  json: 'jsonb',
};

/**
 * The rows of one source in a temp table, a row per line and columns per entity (`e0_version`, `e0_id`, ...), as read: the
 * first step of every import, so that a file of any size passes through memory in pieces. `past` rows have lost against
 * another one already and are there for the history only.
 */
export async function createStage(tx: Tx, stage: string, mappings: readonly EntityMapping[]): Promise<void> {
  const columns = mappings.flatMap((mapping, index) => [
    `e${index}_version bigint`,
    ...mapping.fields.map(({ name, field }) => `e${index}_${name} ${columnTypes[field.type]}`),
  ]);
  await tx.run(
    sql`create temp table ${raw(stage)} (line bigint not null, past boolean not null, ${raw(columns.join(', '))}) on commit drop`,
  );
}

/** The COPY into a stage; its rows are `line`, `past`, then per entity version and fields, as `\N` where it has none. */
export function copyIntoStage(stage: string): string {
  return `copy ${stage} from stdin`;
}

/** What a row without an entity has in its place. */
export function noEntity(mapping: EntityMapping): string {
  return `\\N${'\t\\N'.repeat(mapping.fields.length)}`;
}

/** Name of the temp table that an entity's rows of a stage are resolved into. */
export function incomingTable(stage: string, index: number): string {
  return `${stage}_incoming_${index}`;
}

export interface Resolved {
  /** Temp table with one row per id; of a part, with the fields it says in `given`. */
  table: string;
  records: number;
  /** Rows that lost against another row with the same id. */
  duplicates: number;
}

/**
 * Leaves one row per id: the last or first by version, ties by line; where the mapping allows only one, the first in
 * the file. `keep: last-known` fields take the last value that is not null among all the id's rows.
 */
export async function resolveRows(tx: Tx, stage: string, mapping: EntityMapping, index: number): Promise<Resolved> {
  const table = incomingTable(stage, index);
  const prefix = `e${index}_`;
  const order = { last: `${prefix}version desc, line desc`, first: `${prefix}version, line`, unique: 'line' }[
    mapping.rows
  ];
  const values = mapping.fields
    .filter(({ name }) => name !== 'id')
    .map(({ name, keepLastKnown }) => {
      const column = prefix + name;
      const lastKnown = `first_value(${column}) over (partition by id order by ${column} is null, ${order})`;
      return `${keepLastKnown ? lastKnown : column} as ${name}`;
    });
  if (mapping.stream?.partial) {
    const given = mapping.fields.map(({ name }) => `'${name}'`).filter((name) => name !== "'id'");
    values.push(`array[${given.join(', ')}]::text[] as given`);
  }
  const records = await tx.run(sql`
    create temp table ${raw(table)} on commit drop as
    select distinct on (id) ${raw(['id', `${prefix}version as version`, ...values].join(', '))}
    from (select *, ${idOf(mapping, prefix)} as id from ${raw(stage)} where not past and ${raw(prefix)}version is not null) as staged
    order by id, ${raw(order)}`);
  const [staged] = await tx.query<{ rows: number }>(sql`
    select count(${raw(prefix)}version) as rows from ${raw(stage)} where not past`);
  return { table, records, duplicates: (staged?.rows ?? 0) - records };
}

/** A staged record's own id, or the one its entity derives. */
function idOf({ entity, fields }: EntityMapping, prefix: string): Sql {
  const columnOf = (name: string) => (fields.some((field) => field.name === name) ? prefix + name : undefined);
  const own = columnOf('id');
  if (!entity.derivedId) return raw(own ?? 'null');
  const derived = derivedId(entity, columnOf);
  return own ? sql`coalesce(${raw(own)}, ${derived})` : derived;
}

/** Rows with an id that an earlier line has, in pages. */
export async function* duplicateLines(
  tx: Tx,
  stage: string,
  index: number,
): AsyncGenerator<{ line: number; id: string; first: number }[]> {
  const id = raw(`e${index}_id`);
  await tx.run(sql`
    declare duplicates no scroll cursor for
    select line, id, first from (
      select line, ${id} as id, first_value(line) over (partition by ${id} order by line) as first
      from ${raw(stage)} where ${id} is not null
    ) as numbered
    where line <> first
    order by line`);
  for (;;) {
    const page = await tx.query<{ line: number; id: string; first: number }>(sql`fetch 1000 from duplicates`);
    if (page.length === 0) break;
    yield page;
  }
  await tx.run(sql`close duplicates`);
}
