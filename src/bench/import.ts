import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sql, { raw } from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { columnsOf } from '../sources/files/columns.ts';
import { importFile } from '../sources/files/import-file.ts';
import { loadMapping } from '../sources/files/read-mapping.ts';
import { openRows } from '../sources/files/reader.ts';
import { openText } from '../sources/files/text-file.ts';
import { generatedLog, generatedMap } from './import-data.ts';
import { makeScratch, type Server } from './scratch.ts';
import { median } from './spread.ts';

export interface ImportBenchOptions extends Server {
  clock: Clock;
  line: (text: string) => void;
  /** A file and its mapping; without them an event log of 150,000 rows is generated. */
  file?: string;
  mapFile?: string;
  rounds?: number;
}

/** A CSV file in memory, as COPY takes it: without header, every field quoted where it has to be. */
interface CopyData {
  columns: number;
  chunks: Buffer[];
}

/**
 * Rows per second of an import (read, check, stage, resolve, upsert, mark, commit) against PostgreSQL's own COPY of the
 * unpacked rows into a bare table, alternating in one run on a scratch database that is dropped afterwards. Medians.
 */
export async function benchImport(options: ImportBenchOptions): Promise<Record<string, unknown>> {
  const { line, rounds = 3 } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  const { db, drop } = await makeScratch(options);
  try {
    const { file, mapFile } = await dataFor(options, folder);
    const mapping = await loadMapping(mapFile);
    const all = await everyColumn(file);
    const mapped = await mappedColumns(file, columnsOf(mapping));
    const seconds = { import: [] as number[], copy: [] as number[], copyMapped: [] as number[] };
    let rows = 0;
    for (let round = 0; round < rounds; round++) {
      const tenantId = await newTenant(db, round);
      const summary = await importFile(
        { db, clock: options.clock, log: silentLog },
        { file, mapping, tenant: { tenantId, timezone: 'UTC' }, strict: false, dryRun: false },
      );
      rows = summary.read;
      seconds.import.push(summary.seconds);
      seconds.copy.push(await copySeconds(db, all));
      seconds.copyMapped.push(await copySeconds(db, mapped));
    }
    const figures = {
      file: path.basename(file),
      rows,
      columns: all.columns,
      mappedColumns: mapped.columns,
      rounds,
      importRowsPerSecond: Math.round(rows / median(seconds.import)),
      copyRowsPerSecond: Math.round(rows / median(seconds.copy)),
      copyMappedRowsPerSecond: Math.round(rows / median(seconds.copyMapped)),
      ratioToCopy: ratio(median(seconds.copy), median(seconds.import)),
      ratioToCopyOfMapped: ratio(median(seconds.copyMapped), median(seconds.import)),
      seconds,
    };
    const perSecond = (value: number) => `${value.toLocaleString('en')} rows/s`;
    line(`import of ${figures.file}, ${rows.toLocaleString('en')} rows: ${perSecond(figures.importRowsPerSecond)}`);
    line(`COPY of all ${all.columns} columns into a bare table: ${perSecond(figures.copyRowsPerSecond)}`);
    line(`COPY of the ${mapped.columns} mapped columns: ${perSecond(figures.copyMappedRowsPerSecond)}`);
    line(`import / COPY: ${figures.ratioToCopy} (of the mapped columns: ${figures.ratioToCopyOfMapped})`);
    return figures;
  } finally {
    await drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function dataFor(options: ImportBenchOptions, folder: string): Promise<{ file: string; mapFile: string }> {
  if (options.file && options.mapFile) return { file: options.file, mapFile: options.mapFile };
  const made = { file: path.join(folder, 'events.csv'), mapFile: path.join(folder, 'events.yaml') };
  await writeFile(made.file, Readable.from(generatedLog(150_000)));
  await writeFile(made.mapFile, generatedMap);
  return made;
}

async function newTenant(db: Db, round: number): Promise<number> {
  const [row] = await db.query<{ tenant_id: number }>(sql`
    insert into ops.tenants (slug, name, timezone) values (${`bench-${round}`}, 'bench', 'UTC') returning tenant_id`);
  return row!.tenant_id;
}

/** The file as it is, unpacked. */
async function everyColumn(file: string): Promise<CopyData> {
  const rows = await openRows(file, ',');
  const columns = rows.header?.length ?? 0;
  await rows.close();
  const chunks: Buffer[] = [];
  for await (const text of (await openText(file)).chunks) chunks.push(Buffer.from(text));
  return { columns, chunks };
}

async function mappedColumns(file: string, columns: readonly string[]): Promise<CopyData> {
  const rows = await openRows(file, ',');
  const chunks = [Buffer.from(`${columns.join(',')}\n`)];
  for await (const batch of rows.batches(columns)) {
    const lines = batch.rows.map((row) => `${row.values.map((value) => csvField(value ?? '')).join(',')}\n`);
    chunks.push(Buffer.from(lines.join('')));
  }
  await rows.close();
  return { columns: columns.length, chunks };
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function copySeconds(db: Db, data: CopyData): Promise<number> {
  const columns = Array.from({ length: data.columns }, (_, index) => `c${index} text`).join(', ');
  await db.run(sql`create table bare (${raw(columns)})`);
  const started = performance.now();
  await db.tx(async (tx) => {
    const copy = tx.copyIn('copy bare from stdin with (format csv, header true)');
    await Promise.all([pipeline(Readable.from(data.chunks), copy.stream), copy.done]);
  });
  const seconds = (performance.now() - started) / 1000;
  await db.run(sql`drop table bare`);
  return seconds;
}

function ratio(ours: number, theirs: number): number {
  return Number((ours / theirs).toFixed(2));
}
