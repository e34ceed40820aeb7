import sql from 'sql-template-tag';
import { copyRows, type Db, type Tx } from '../../db/db.ts';
import { entities } from '../../domain/entities.ts';
import type { Batch, Written } from '../../ingest/batch.ts';
import { lockWriters } from '../../ingest/lock.ts';
import { writeBatches } from '../../ingest/write.ts';
import type { Clock } from '../../lib/clock.ts';
import { CremaError, messageOf, usageError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import { checkColumns, columnsOf } from './columns.ts';
import type { EntityConverter, Rejection } from './convert.ts';
import { historyBatch } from './history.ts';
import type { FileMapping } from './mapping.ts';
import { openRows, type RowFile } from './reader.ts';
import { copyIntoStage, createStage, duplicateLines, resolveRows } from './stage.ts';
import { createStager } from './stager.ts';
import {
  describeRejection,
  type ImportSummary,
  listUnmapped,
  shownRejections,
  sumCounts,
  type WrittenCounts,
} from './summary.ts';
import { createWork, type ImportWork } from './work.ts';

export interface ImportDeps {
  db: Db;
  clock: Clock;
  log: Log;
  /** After every piece of the file, and once when the file is read and its rows are being stored. */
  onProgress?: (progress: ImportProgress) => void | Promise<void>;
  /** Every rejection, as it is found. */
  onReject?: (rejection: Rejection) => void;
}

export interface ImportProgress {
  phase: 'reading' | 'storing';
  rows: number;
  bytesRead: number;
  /** Undefined for a pipe. */
  bytesTotal: number | undefined;
}

export interface ImportOptions {
  file: string;
  mapping: FileMapping;
  tenant: TenantZone;
  /** Any rejection loads nothing. */
  strict: boolean;
  /** Does everything but keep it. */
  dryRun: boolean;
  /** How far the file brings its streams, when that is known better than by its rows. */
  asOf?: Temporal.Instant;
}

/**
 * Loads one file in one transaction: staged by COPY while it is read, several rows per id resolved in SQL, then written
 * by the one writer. Either all of the file's good rows are in or nothing is. Draining the marks is the caller's.
 * Throws CremaError: FILE_*, MAP_COLUMNS, IMPORT_REJECTED (strict), DB_LOST.
 */
export async function importFile(deps: ImportDeps, options: ImportOptions): Promise<ImportSummary> {
  const started = performance.now();
  const { file, mapping } = options;
  const rows = await openRows(file, mapping.format.delimiter);
  try {
    if (rows.header) checkColumns(mapping, rows.header, file);
    const work = createWork({ mapping, at: deps.clock.now(), asOf: options.asOf, onReject: deps.onReject });
    await deps.db
      .tx(async (tx) => {
        await load(tx, deps, options, rows, work);
        if (options.dryRun) throw new DryRun();
      })
      .catch((error: unknown) => {
        if (!(error instanceof DryRun)) throw error;
      });
    const counts = work.entities.map((entity) => entity.counts);
    const summaries = work.entities.map(({ converter, counts: own, history }) => ({
      entity: converter.mapping.entity.id,
      ...own,
      asOf: work.asOf(converter),
      unmapped: listUnmapped(converter.unmapped),
      ...(history ? { history } : {}),
    }));
    const summary: ImportSummary = {
      file,
      source: mapping.source,
      dryRun: options.dryRun,
      ...sumCounts(counts),
      entities: summaries,
      rejections: work.rejections.toSorted((a, b) => a.line - b.line).slice(0, shownRejections),
      notes: rows.absent().map((name) => `no object has "${name}"`),
      asOf: summaries.map((entity) => entity.asOf).reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? b : a)),
      seconds: (performance.now() - started) / 1000,
    };
    deps.log.info(
      { file, source: mapping.source, dryRun: options.dryRun, ...sumCounts(counts), seconds: summary.seconds },
      'file imported',
    );
    return summary;
  } catch (error) {
    throw withFile(error, file);
  } finally {
    await rows.close();
  }
}

/** Leaves the transaction without keeping it. */
class DryRun extends Error {}

async function load(tx: Tx, deps: ImportDeps, options: ImportOptions, rows: RowFile, work: ImportWork): Promise<void> {
  const { mapping } = options;
  // Sorting a file's rows by id in memory is worth more than the server's careful default; a load may take its time.
  await tx.query(sql`
    select set_config('work_mem', '64MB', true), set_config('statement_timeout', '0', true)`);
  await createStage(tx, mapping.entities);
  await copyRows(tx.copyIn(copyIntoStage), stageLines(deps, options, rows, work));

  const batches: Batch[] = [];
  for (const [index, { converter, counts }] of work.entities.entries()) {
    const entity = converter.mapping;
    const resolved = await resolveRows(tx, entity, index);
    // Without an id of their own, equal records are the same one; with one, only `rows:` allows several.
    const named = entity.rows === 'unique' && entity.fields.some((field) => field.name === 'id');
    const refused = named && resolved.duplicates > 0 ? await rejectDuplicates(tx, work, converter, index) : 0;
    counts.superseded += resolved.duplicates - refused;
    batches.push({
      entity: entity.entity,
      source: mapping.source,
      table: resolved.table,
      fields: entity.fields.map((field) => field.name).filter((name) => name !== 'id'),
      keeps: entity.fields.filter((field) => field.keepLastKnown).map((field) => field.name),
      version: converter.versionKind(),
      asOf: work.asOf(converter),
    });
  }
  if (options.strict) refuseRejections(options.file, work);
  const histories = await historyBatches(tx, options, work, batches);
  const run = { tenant: options.tenant, at: work.at };
  const written = await writeBatches(tx, run, [...batches, ...histories.values()]);
  for (const [index, entity] of work.entities.entries()) {
    const result = written.get(batches[index]!)!;
    Object.assign(entity.counts, countsOf(result), { written: result.inserted + result.updated });
    const history = histories.get(batches[index]!);
    if (history) entity.history = countsOf(written.get(history)!);
  }
}

/** A file's records are whole: none of them waits for the rest of it. */
function countsOf({ inserted, updated, unchanged, older }: Written): WrittenCounts {
  return { inserted, updated, unchanged, older };
}

/** The events of the logs among the batches (`history:`), by the batch of the records themselves. */
async function historyBatches(
  tx: Tx,
  options: ImportOptions,
  work: ImportWork,
  batches: readonly Batch[],
): Promise<Map<Batch, Batch>> {
  const histories = new Map<Batch, Batch>();
  const logs = work.entities.filter(({ converter }) => converter.mapping.history);
  if (logs.length === 0) return histories;
  const { tenantId } = options.tenant;
  await lockWriters(tx, tenantId, [...batches.map((batch) => batch.entity), entities.ticket_event]);
  for (const [index, { converter }] of work.entities.entries()) {
    const { mapping } = converter;
    if (!mapping.history) continue;
    if (converter.versionKind() !== 'time') {
      throw usageError(
        'MAP_HISTORY',
        `${mapping.history.place}: the column "${mapping.order?.column}" of ${options.file} has numbers; a history needs times to order by`,
      );
    }
    const { source } = options.mapping;
    const history = await historyBatch(tx, { tenantId, source, mapping, index, asOf: work.asOf(converter) });
    histories.set(batches[index]!, history);
  }
  return histories;
}

/** The file as COPY text, a piece per piece of file; counts and rejects on the way. */
async function* stageLines(
  deps: ImportDeps,
  options: ImportOptions,
  rows: RowFile,
  work: ImportWork,
): AsyncGenerator<string> {
  const stager = createStager(work);
  let read = 0;
  const progress = (phase: ImportProgress['phase']) =>
    deps.onProgress?.({ phase, rows: read, bytesRead: rows.bytesRead(), bytesTotal: rows.sizeBytes });
  for await (const batch of rows.batches(columnsOf(options.mapping))) {
    const piece = stager(batch.rows);
    for (const fault of batch.faults) {
      for (const { converter, counts } of work.entities) {
        counts.read++;
        work.reject({ line: fault.line, entity: converter.mapping.entity.id, field: undefined, reason: fault.reason });
      }
    }
    read += batch.rows.length + batch.faults.length;
    if (piece !== '') yield piece;
    await progress('reading');
  }
  const rest = stager(undefined);
  if (rest !== '') yield rest;
  await progress('storing');
}

/** Returns how many there are. */
async function rejectDuplicates(tx: Tx, work: ImportWork, converter: EntityConverter, index: number): Promise<number> {
  let refused = 0;
  for await (const page of duplicateLines(tx, index)) {
    for (const { line, id, first } of page) {
      const reason = `${JSON.stringify(id)} is also in line ${first} (say rows: last or rows: first to allow several)`;
      work.reject({ line, entity: converter.mapping.entity.id, field: 'id', reason });
    }
    refused += page.length;
  }
  return refused;
}

function refuseRejections(file: string, work: ImportWork): void {
  const rejected = work.entities.reduce((sum, { counts }) => sum + counts.rejected, 0);
  if (rejected === 0) return;
  const first = work.rejections.toSorted((a, b) => a.line - b.line).slice(0, shownRejections);
  const more = rejected - first.length;
  throw new CremaError(
    'IMPORT_REJECTED',
    [
      `${file}: ${rejected} rejected, so nothing was loaded (--strict)`,
      ...first.map(describeRejection),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join('\n'),
    { remedy: 'Mend these rows or the mapping, or import without --strict to load the rest.' },
  );
}

function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof CremaError) || error.code !== 'DB_LOST') return error;
  return new CremaError(error.code, `import of ${file} stopped: ${messageOf(error)}`, {
    remedy: 'Nothing of this file was kept. Check the PostgreSQL server, then run the import again.',
    cause: error,
  });
}
