import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import type { Entity } from '../domain/entity.ts';
import { type Batch, placeholderVersion } from './batch.ts';

/**
 * Makes the temp table `compared`: every record of the batch as it is to be stored, with what is to become of it in
 * `outcome` and, of what is stored, its tracked fields (`old_...`) and the value its table is partitioned by
 * (`stored_part`). `version` is the record's as it was told, `row_version` the one to store.
 */
export async function compare(tx: Tx, tenantId: number, batch: Batch): Promise<void> {
  const { entity } = batch;
  const fields = writtenFields(batch);
  const olds = trackedFields(batch).map((field) => raw(`, t.${field}::text as old_${field}`));
  const part = entity.partitionedBy ? raw(`, t.${entity.partitionedBy} as stored_part`) : sql``;
  const values = fields.map((field) => sql`, ${valueToStore(batch, field)} as ${raw(field)}`);
  await tx.run(sql`
    create temp table compared on commit drop as
    select
      s.id, s.version ${join([...values, ...olds, part], ' ')},
      t.version > ${placeholderVersion}::bigint as known,
      ${batch.partial ? partialOutcome(batch) : fullOutcome(batch)}
    from ${raw(batch.table)} s
    left join ${raw(entity.table)} t
      on t.tenant_id = ${tenantId} and t.source = ${batch.source} and t.id = s.id`);
  // Nobody analyses temp tables, and without the key the marks could become a join of everything with everything.
  await tx.run(sql`alter table compared add primary key (id)`);
  await tx.run(sql`analyze compared (id, outcome)`);
}

/** The fields whose columns are written: a part of a record is stored with what is required of the whole. */
export function writtenFields({ entity, fields, partial }: Batch): string[] {
  if (!partial) return [...fields];
  const required = Object.keys(entity.fields).filter((name) => name !== 'id' && entity.fields[name]?.required);
  return [...new Set([...fields, ...required])];
}

export function trackedFields({ entity, fields }: Batch): string[] {
  return fields.filter((field) => entity.fields[field]?.tracked);
}

/**
 * A whole record: `confirmed` has the stored content but a newer version. That version is taken over, or a state from in
 * between, arriving late, would look newer than it is. A deleted record comes back only by a state newer than its
 * deletion, unless the records themselves say when they were deleted.
 */
function fullOutcome(batch: Batch): Sql {
  const differs = [
    sql`false`,
    ...batch.fields.map((field) => sql`${valueToStore(batch, field)} is distinct from ${raw(`t.${field}`)}`),
  ];
  const tellsDeletion = batch.fields.includes('deleted_at');
  const isDeleted = tellsDeletion ? sql`false` : sql`t.deleted_at is not null`;
  return sql`
    s.version as row_version, ${batch.entity.partial ? retold(batch) : sql`null::jsonb`} as field_versions,
    case
      when t.id is null then 'inserted'
      when s.version < t.version or (${isDeleted} and s.version = t.version) then 'older'
      when ${isDeleted} or ${join(differs, ' or ')} then 'updated'
      when s.version > t.version and ${batch.version !== 'run'}::boolean then 'confirmed'
      else 'unchanged'
    end as outcome`;
}

/**
 * The versions of the fields that parts have told, after a whole record: what it tells is as new as it is. Left as they
 * were, a part from in between, arriving late, would look newer than the field.
 */
function retold({ fields, keeps }: Batch): Sql {
  const always = fields.filter((field) => !keeps.includes(field));
  const isTold = [
    sql`said.field = any (${always}::text[])`,
    ...keeps.map((field) => sql`said.field = ${field} and ${raw(`s.${field}`)} is not null`),
  ];
  return sql`(
    select jsonb_object_agg(said.field, case
      when ${join(isTold, ' or ')} then greatest(said.version::bigint, s.version) else said.version::bigint
    end)
    from jsonb_each_text(t.field_versions) as said (field, version)
  )`;
}

/**
 * A part of a record: each field it says is taken where nothing newer said that field. It leaves the record's version
 * alone (other fields are as old as they were) but for a record that it brings back after its deletion.
 */
function partialOutcome(batch: Batch): Sql {
  const { entity, fields } = batch;
  const complete = Object.keys(entity.fields)
    .filter((name) => name !== 'id' && entity.fields[name]?.required)
    .map((name) => (fields.includes(name) ? raw(`s.${name} is not null`) : sql`false`));
  const taken = fields.map((field) => isTaken(batch, field));
  const differs = fields.map((field) => sql`${valueToStore(batch, field)} is distinct from ${raw(`t.${field}`)}`);
  // A part may say no more than that the record is there.
  const nothing = sql`(null::text, false)`;
  const versions = sql`coalesce(t.field_versions, '{}') || coalesce((
    select jsonb_object_agg(said.field, s.version) from (values ${join([
      nothing,
      ...fields.map((field) => sql`(${field}::text, ${isTaken(batch, field)})`),
    ])}) as said (field, taken) where said.taken
  ), '{}')`;
  // Said to be empty is not the same as not said: else an older part would fill it.
  const emptied = sql`(
    select jsonb_object_agg(said.field, s.version) from (values ${join([
      nothing,
      ...fields.map((field) => sql`(${field}::text, ${field} = any (s.given) and ${raw(`s.${field}`)} is null)`),
    ])}) as said (field, empty) where said.empty
  )`;
  const isBack = sql`t.deleted_at is not null and s.version > t.version`;
  return sql`
    case when t.id is null or (${isBack}) then s.version else t.version end as row_version,
    case when t.id is not null then ${versions} else ${emptied} end as field_versions,
    case
      when t.id is null and ${join([sql`true`, ...complete], ' and ')} then 'inserted'
      when t.id is null then 'waiting'
      when t.deleted_at is not null and s.version <= t.version then 'older'
      when not (${join([sql`false`, ...taken], ' or ')}) then 'older'
      when t.deleted_at is not null or ${join([sql`false`, ...differs], ' or ')} then 'updated'
      when t.field_versions is distinct from ${versions} then 'confirmed'
      else 'unchanged'
    end as outcome`;
}

/** What a field is to be. */
function valueToStore(batch: Batch, field: string): Sql {
  const { entity, keeps, fields } = batch;
  if (batch.partial) {
    if (!fields.includes(field)) return raw(`t.${field}`);
    return sql`case when ${isTaken(batch, field)} then ${raw(`s.${field}`)} else ${raw(`t.${field}`)} end`;
  }
  const told = keeps.includes(field) ? raw(`coalesce(s.${field}, t.${field})`) : raw(`s.${field}`);
  if (!entity.partial) return told;
  // A part that is newer than this state of the whole said it.
  return sql`case when (t.field_versions ->> ${field})::bigint > s.version then ${raw(`t.${field}`)} else ${told} end`;
}

/** A field without a value was not said by the record's own version: a late part may still fill it. */
function isTaken({ entity }: Batch, field: string): Sql {
  return sql`(${field} = any (s.given) and s.version >= coalesce(
    (t.field_versions ->> ${field})::bigint,
    case when ${isEmpty(entity, field)} then ${placeholderVersion}::bigint else t.version end,
    ${placeholderVersion}::bigint))`;
}

function isEmpty(entity: Entity, field: string): Sql {
  const missing = entity.fields[field]?.missingAs;
  return missing === undefined ? raw(`t.${field} is null`) : sql`${raw(`t.${field}`)} = ${missing}`;
}
