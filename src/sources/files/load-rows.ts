import sql from 'sql-template-tag';
import { copyRows, type Tx } from '../../db/db.ts';
import { entities } from '../../domain/entities.ts';
import type { Batch, WriteRun, Written } from '../../ingest/batch.ts';
import { lockWriters } from '../../ingest/lock.ts';
import { createForParts } from '../../ingest/parts.ts';
import { writeBatches } from '../../ingest/write.ts';
import { usageError } from '../../lib/errors.ts';
import type { EntityConverter } from './convert.ts';
import { historyBatch } from './history.ts';
import type { RowSource } from './rows.ts';
import { copyIntoStage, createStage, duplicateLines, resolveRows } from './stage.ts';
import { createStager } from './stager.ts';
import type { WrittenCounts } from './summary.ts';
import type { ImportWork } from './work.ts';

/** Rows to load and what they are to become. */
export interface Feed {
  /** Name of the temp table they are staged in; one of its own per feed of a transaction. */
  stage: string;
  /** What to call the rows in messages: a file, a stream. */
  name: string;
  rows: RowSource;
  work: ImportWork;
}

export interface LoadRun extends WriteRun {
  /** The source the records belong to. */
  source: string;
}

/** One entity's records of a feed, staged and resolved. */
interface Part {
  feed: Feed;
  entity: ImportWork['entities'][number];
  batch: Batch;
  history: Batch | undefined;
}

/**
 * Loads rows from anywhere inside the caller's transaction: staged by COPY while they are read, several rows per id
 * resolved in SQL, then written by the one writer. Counts and rejections go to each feed's `work`. `beforeWriting` may
 * throw, once it is known what is rejected. Draining the marks is the caller's.
 */
export async function loadRows(
  tx: Tx,
  run: LoadRun,
  feeds: readonly Feed[],
  beforeWriting?: () => void,
): Promise<void> {
  // A load may take its time.
  await tx.query(sql`select set_config('statement_timeout', '0', true)`);
  const parts: Part[] = [];
  for (const feed of feeds) parts.push(...(await stageFeed(tx, run, feed)));
  beforeWriting?.();
  // All at once, before a history reads what is stored: locks are taken in one order.
  const isLog = parts.some(({ entity }) => entity.converter.mapping.history);
  const written = parts.map(({ batch }) => batch.entity);
  await lockWriters(tx, run.tenant.tenantId, isLog ? [...written, entities.ticket_event] : written);
  await addHistories(tx, run, parts);
  const batches = parts.flatMap(({ batch, history }) => (history ? [batch, history] : [batch]));
  const results = await writeBatches(
    tx,
    run,
    batches.filter(({ partial }) => !partial),
  );
  // What describes records goes before what only tells a part of them.
  const told = batches.filter(({ partial }) => partial);
  for (const batch of told) await createForParts(tx, run.tenant.tenantId, batch);
  if (told.length > 0) for (const [batch, result] of await writeBatches(tx, run, told)) results.set(batch, result);
  for (const { entity, batch, history } of parts) {
    const counts = countsOf(results.get(batch)!);
    for (const name of Object.keys(counts) as (keyof WrittenCounts)[]) entity.counts[name] += counts[name];
    entity.counts.written += counts.inserted + counts.updated;
    if (history) entity.history = countsOf(results.get(history)!);
  }
}

/** None of the records waits for the rest of it: parts of unknown ones have been given a place. */
function countsOf({ inserted, updated, unchanged, older }: Written): WrittenCounts {
  return { inserted, updated, unchanged, older };
}

async function stageFeed(tx: Tx, run: LoadRun, feed: Feed): Promise<Part[]> {
  const { stage, work } = feed;
  await createStage(
    tx,
    stage,
    work.entities.map(({ converter }) => converter.mapping),
  );
  await copyRows(tx.copyIn(copyIntoStage(stage)), stageLines(feed));
  const parts: Part[] = [];
  for (const [index, entity] of work.entities.entries()) {
    const { converter, counts } = entity;
    const { mapping } = converter;
    const resolved = await resolveRows(tx, stage, mapping, index);
    // Without an id of their own, equal records are the same one; with one, only `rows:` allows several.
    const named = mapping.rows === 'unique' && mapping.fields.some((field) => field.name === 'id');
    const refused = named && resolved.duplicates > 0 ? await rejectDuplicates(tx, feed, converter, index) : 0;
    counts.superseded += resolved.duplicates - refused;
    const batch: Batch = {
      entity: mapping.entity,
      source: run.source,
      table: resolved.table,
      fields: mapping.fields.map((field) => field.name).filter((name) => name !== 'id'),
      keeps: mapping.fields.filter((field) => field.keepLastKnown).map((field) => field.name),
      version: converter.versionKind(),
      ...(mapping.stream?.partial ? { partial: true } : {}),
      asOf: work.asOf(converter),
    };
    parts.push({ feed, entity, batch, history: undefined });
  }
  return parts;
}

/** Adds the events of the logs among the parts (`history:`). */
async function addHistories(tx: Tx, run: LoadRun, parts: readonly Part[]): Promise<void> {
  const { tenantId } = run.tenant;
  for (const part of parts) {
    const { feed, entity } = part;
    const { mapping } = entity.converter;
    if (!mapping.history) continue;
    if (entity.converter.versionKind() !== 'time') {
      throw usageError(
        'MAP_HISTORY',
        `${mapping.history.place}: the column "${mapping.order?.column}" of ${feed.name} has numbers; a history needs times to order by`,
      );
    }
    const index = feed.work.entities.indexOf(entity);
    const log = { tenantId, source: run.source, stage: feed.stage, mapping, index };
    part.history = await historyBatch(tx, { ...log, asOf: feed.work.asOf(entity.converter) });
  }
}

/** The rows as COPY text, a piece per batch of them; counts and rejects on the way. */
async function* stageLines({ rows, work }: Feed): AsyncGenerator<string> {
  const stager = createStager(work);
  for await (const batch of rows.batches(work.columns)) {
    const piece = stager(batch.rows);
    for (const fault of batch.faults) {
      for (const { converter, counts } of work.entities) {
        counts.read++;
        work.reject({ line: fault.line, entity: converter.mapping.entity.id, field: undefined, reason: fault.reason });
      }
    }
    if (piece !== '') yield piece;
  }
  const rest = stager(undefined);
  if (rest !== '') yield rest;
}

/** Returns how many there are. */
async function rejectDuplicates(
  tx: Tx,
  { stage, work }: Feed,
  converter: EntityConverter,
  index: number,
): Promise<number> {
  let refused = 0;
  for await (const page of duplicateLines(tx, stage, index)) {
    for (const { line, id, first } of page) {
      const reason = `${JSON.stringify(id)} is also in line ${first} (say rows: last or rows: first to allow several)`;
      work.reject({ line, entity: converter.mapping.entity.id, field: 'id', reason });
    }
    refused += page.length;
  }
  return refused;
}
