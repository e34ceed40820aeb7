import sql, { join, raw } from 'sql-template-tag';
import { copyRows, type Tx } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { Entity, EntityId } from '../domain/entity.ts';
import type { Batch, VersionKind, WriteRun } from '../ingest/batch.ts';
import { derivedId } from '../ingest/derived-id.ts';
import { writeBatches } from '../ingest/write.ts';
import { derivedFields } from './derived.ts';
import { createEntityConverter, type EntityConverter } from './files/convert.ts';
import { compileDates } from './files/dates.ts';
import type { EntityMapping } from './files/mapping.ts';
import { columnTypes } from './files/stage.ts';

/** One state of one record as a source tells it. */
export interface SourceRecord {
  /** Orders the states of a record: microseconds since 1970 of when it was so, by the clock of the source. */
  version: number;
  /** By field, as JSON has them; times are ISO 8601 with an offset (UTC without one). A field that is absent is not said. */
  values: Readonly<Record<string, unknown>>;
}

/** Records of one entity, for `writeRecords`. */
export interface RecordBatch {
  entity: EntityId;
  source: string;
  records: readonly SourceRecord[];
  /** Absent fields stay as they are, and every field has a version of its own (entities that are `partial`). */
  partial?: boolean;
  /** `run`: the versions are when the source was asked, not when the record changed. */
  version: Exclude<VersionKind, 'counter'>;
  /** How far this brings the stream; absent where it says nothing about that. */
  asOf?: Temporal.Instant;
}

export interface RejectedRecord {
  /** Place in `records`, from 0. */
  index: number;
  id: string | undefined;
  field: string | undefined;
  reason: string;
}

/** What became of a batch: every record is in one of the numbers or lists, but for those another one of its id replaced. */
export interface RecordsWritten {
  entity: EntityId;
  inserted: number;
  updated: number;
  unchanged: number;
  older: number;
  /** Ids of partial records of objects that nobody has described yet: to be written again when somebody has. */
  waiting: string[];
  rejected: RejectedRecord[];
  /** Texts outside a closed set, kept as `unmapped`: by field, how many records. */
  unmapped: Record<string, Record<string, number>>;
}

const readMoment = compileDates(['iso'], 'UTC');
const versionColumn = '(version)';

/**
 * Writes records that a source tells one by one (an API's page, events), inside the caller's transaction: so a cursor or
 * an event's state moves with them. Of several states of one record the newest counts. A record that cannot be taken is
 * named and the others are written. Staged by COPY; draining the marks is the caller's.
 */
export async function writeRecords(tx: Tx, run: WriteRun, batches: readonly RecordBatch[]): Promise<RecordsWritten[]> {
  const staged: { batch: Batch; rejected: RejectedRecord[]; converter: EntityConverter }[] = [];
  for (const [index, batch] of batches.entries()) staged.push(await stage(tx, batch, index));
  const written = await writeBatches(
    tx,
    run,
    staged.map(({ batch }) => batch),
  );
  const results: RecordsWritten[] = [];
  for (const { batch, rejected, converter } of staged) {
    await tx.run(sql`drop table ${raw(batch.table)}`);
    const unmapped = Object.fromEntries(
      [...converter.unmapped].map(([field, texts]) => [field, Object.fromEntries(texts)]),
    );
    results.push({ entity: batch.entity.id, ...written.get(batch)!, rejected, unmapped });
  }
  return results;
}

async function stage(
  tx: Tx,
  { entity: entityId, source, records, partial = false, version, asOf }: RecordBatch,
  index: number,
): Promise<{ batch: Batch; rejected: RejectedRecord[]; converter: EntityConverter }> {
  const entity = entities[entityId];
  if (partial && !entity.partial) throw new RangeError(`${entityId} cannot be told in parts`);
  const told = records.map(({ values }) => withDerived(entity, values));
  const fields = fieldsOf(entity, told, partial);
  const converter = createEntityConverter(mappingOf(entity, fields, partial), {
    format: { delimiter: ',', nulls: new Set(), longestNull: 0, readMoment },
    slotOf: (column) => (column === versionColumn ? fields.length : fields.indexOf(column)),
    runVersion: 0,
    shared: false,
  });
  const rejected: RejectedRecord[] = [];
  const table = `records_${index}`;
  const columns = fields.map((name) => `${name} ${columnTypes[entity.fields[name]!.type]}`);
  const own = fields.includes('id') ? '' : ', id text';
  await tx.run(sql`
    create temp table ${raw(`${table}_told`)} (
      line integer not null, given text[] not null, version bigint not null ${raw(own)}, ${raw(columns.join(', '))}
    ) on commit drop`);

  async function* lines(): AsyncGenerator<string> {
    let piece = '';
    for (const [line, { version: told_version }] of records.entries()) {
      const values = told[line]!;
      const texts = fields.map((name) => textOf(values[name]));
      const row = converter.convert({ line, values: [...texts, String(told_version)] });
      const id = values.id === undefined ? undefined : String(values.id);
      const unknown = Object.keys(values).find((name) => !(name in entity.fields));
      if (unknown !== undefined)
        rejected.push({ index: line, id, field: unknown, reason: `${entityId} has no such field` });
      else if (row === undefined) rejected.push({ index: line, id, field: 'id', reason: 'is missing' });
      else if ('reason' in row) rejected.push({ index: line, id, field: row.field, reason: row.reason });
      else piece += `${line}\t{${Object.keys(values).join(',')}}\t${row.text}\n`;
      if (piece.length > 65_536) {
        yield piece;
        piece = '';
      }
    }
    if (piece !== '') yield piece;
  }
  await copyRows(tx.copyIn(`copy ${table}_told (line, given, version, ${fields.join(', ')}) from stdin`), lines());
  if (entity.derivedId)
    await tx.run(sql`
      update ${raw(`${table}_told`)} set id = ${derivedId(entity, (name) => (fields.includes(name) ? name : undefined))}
      where id is null`);
  const written = fields.filter((name) => name !== 'id');
  await tx.run(sql`
    create temp table ${raw(table)} on commit drop as
    select distinct on (id) ${join(['id', 'version', ...(partial ? ['given'] : []), ...written].map((name) => raw(name)))}
    from ${raw(`${table}_told`)}
    order by id, version desc, line desc`);
  await tx.run(sql`drop table ${raw(`${table}_told`)}`);
  return {
    batch: { entity, source, table, fields: written, keeps: [], version, partial, asOf },
    rejected,
    converter,
  };
}

/** Whole records say every field of any of them, null where it is absent; parts only what they say. */
function fieldsOf(entity: Entity, told: readonly Readonly<Record<string, unknown>>[], partial: boolean): string[] {
  const said = new Set(told.flatMap((values) => Object.keys(values)));
  return Object.keys(entity.fields).filter(
    (name) => said.has(name) || (!partial && entity.fields[name]?.required === true) || (name === 'id' && partial),
  );
}

/** The fields under their own names; a part may lack what is required of the whole. */
function mappingOf(entity: Entity, fields: readonly string[], partial: boolean): EntityMapping {
  return {
    entity,
    rows: 'last',
    order: { column: versionColumn, place: 'version' },
    history: undefined,
    fields: fields.map((name) => {
      const field = entity.fields[name]!;
      return {
        name,
        field: partial && name !== 'id' ? { ...field, required: false } : field,
        column: name,
        place: name,
        values: undefined,
        keepLastKnown: false,
      };
    }),
  };
}

function withDerived(entity: Entity, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let all = values;
  for (const { field, from, derive } of derivedFields[entity.id] ?? []) {
    const raw = all[from];
    if (raw === undefined || field in all) continue;
    all = { ...all, [field]: typeof raw === 'string' ? derive(raw) : null };
  }
  return all;
}

/** As the converter reads values; an empty text is no value. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
