import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import type { Clock } from '../../lib/clock.ts';
import { CremaError, messageOf, usageError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import { checkColumns } from './columns.ts';
import type { EntityConverter, Rejection } from './convert.ts';
import { loadRows } from './load-rows.ts';
import type { FileMapping } from './mapping.ts';
import { openRows, type RowFile } from './reader.ts';
import type { RowSource } from './rows.ts';
import { describeRejection, type ImportSummary, listUnmapped, shownRejections, sumCounts } from './summary.ts';
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
  /** With the currency of amounts that do not name one. */
  tenant: TenantZone & { currency?: string };
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
  if (mapping.entities.some(({ stream }) => stream)) {
    throw usageError(
      'MAP_STREAMS',
      `${mapping.file} maps the streams of a Singer tap, ${file} is a file`,
      `Run the tap into it: TAP | crema ingest --singer --map ${mapping.file}`,
    );
  }
  const rows = await openRows(file, mapping.format.delimiter);
  try {
    if (rows.header) checkColumns(mapping, rows.header, file);
    const at = deps.clock.now();
    const asOf = (converter: EntityConverter) => options.asOf ?? converter.latest() ?? at;
    const work = createWork({
      entities: mapping.entities,
      format: mapping.format,
      currency: options.tenant.currency,
      at,
      asOf,
      onReject: deps.onReject,
    });
    await deps.db
      .tx(async (tx) => {
        // Sorting a file's rows by id in memory is worth more than the server's careful default.
        await tx.query(sql`select set_config('work_mem', '64MB', true)`);
        await loadRows(
          tx,
          { tenant: options.tenant, source: mapping.source, at: work.at },
          [{ stage: 'stage', name: file, rows: told(deps, rows), work }],
          options.strict ? () => refuseRejections(file, work) : undefined,
        );
        if (options.dryRun) throw new DryRun();
      })
      .catch((error: unknown) => {
        if (!(error instanceof DryRun)) throw error;
      });
    const counts = work.entities.map((entity) => entity.counts);
    const summaries = work.entities.map(({ converter, counts: own, history }) => ({
      entity: converter.mapping.entity.id,
      ...own,
      asOf: asOf(converter),
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

/** The file's rows, telling how far it is read. */
function told(deps: ImportDeps, rows: RowFile): RowSource {
  let read = 0;
  const progress = (phase: ImportProgress['phase']) =>
    deps.onProgress?.({ phase, rows: read, bytesRead: rows.bytesRead(), bytesTotal: rows.sizeBytes });
  return {
    async *batches(picked) {
      for await (const batch of rows.batches(picked)) {
        yield batch;
        read += batch.rows.length + batch.faults.length;
        await progress('reading');
      }
      await progress('storing');
    },
  };
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
