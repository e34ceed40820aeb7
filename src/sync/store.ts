import type { Db, Tx } from '../db/db.ts';
import type { EntityId } from '../domain/entity.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { WriteRun } from '../ingest/batch.ts';
import { versionOf } from '../ingest/batch.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import { type RecordBatch, type RecordsWritten, writeRecords } from '../sources/records.ts';
import { type Place, placeWords } from '../sources/source-error.ts';

export type SyncTenant = Pick<Tenant, 'tenantId' | 'timezone'>;

/** What one answer of a source brought. */
export interface Brought {
  entity: EntityId;
  partial: boolean;
  /** Just before the answer was asked for, by the source's clock: as new as that, and not newer, is what it says. */
  sentAt: Temporal.Instant;
  records: readonly Readonly<Record<string, unknown>>[];
}

export interface Stored {
  inserted: number;
  updated: number;
  unchanged: number;
  older: number;
  /** Why records were not taken, in words; never contents. */
  problems: string[];
}

export const nothingStored: Stored = { inserted: 0, updated: 0, unchanged: 0, older: 0, problems: [] };

/**
 * Writes what answers brought. Records that say the same fields go together: a whole record says null for a field that
 * others of its batch have, and what an answer leaves out is not said.
 */
export async function store(tx: Tx, run: WriteRun, source: string, brought: readonly Brought[]): Promise<Stored> {
  const groups = new Map<string, RecordBatch & { records: { version: number; values: Record<string, unknown> }[] }>();
  for (const { entity, partial, sentAt, records } of brought) {
    const version = versionOf(sentAt);
    for (const values of records) {
      const shape = [entity, partial, ...Object.keys(values).toSorted()].join(' ');
      const group = groups.get(shape) ?? { entity, source, partial, version: 'run', records: [] };
      group.records.push({ version, values: { ...values } });
      groups.set(shape, group);
    }
  }
  if (groups.size === 0) return nothingStored;
  const written = await writeRecords(tx, run, [...groups.values()]);
  return written.reduce<Stored>(
    (sum, one) => ({
      inserted: sum.inserted + one.inserted,
      updated: sum.updated + one.updated,
      unchanged: sum.unchanged + one.unchanged,
      older: sum.older + one.older,
      problems: [...sum.problems, ...problemsOf(one)],
    }),
    nothingStored,
  );
}

function problemsOf({ entity, rejected, unmapped, waiting }: RecordsWritten): string[] {
  return [
    ...rejected.map(({ id, field, reason }) => `${entity} ${id ?? 'without id'}: ${field ?? 'record'} ${reason}`),
    ...Object.entries(unmapped).flatMap(([field, texts]) =>
      Object.keys(texts).map((text) => `${entity} ${field}: "${text}" is not a known value, kept as unmapped`),
    ),
    ...waiting.map((id) => `${entity} ${id}: nobody has described it yet`),
  ];
}

export function addStored(a: Stored, b: Stored): Stored {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    older: a.older + b.older,
    problems: [...a.problems, ...b.problems].slice(0, mostProblems),
  };
}

/** Problems that are kept of a run: enough to see what is wrong. */
const mostProblems = 20;

const diskFull = '53100';

/** One transaction for an answer and what it moves; a failure names where in the source it happened. */
export async function storing<T>(db: Db, place: Place, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.tx(work);
  } catch (error) {
    if (error instanceof CremaError && error.code.startsWith('SYNC_')) throw error;
    const isFull = error instanceof Error && 'code' in error && error.code === diskFull;
    throw new CremaError(
      isFull ? 'SYNC_DISK_FULL' : 'SYNC_NOT_STORED',
      `${placeWords(place)}: not stored: ${isFull ? `the database's disk is full: ` : ''}${messageOf(error)}`,
      {
        remedy: `${isFull ? 'Make room for the database. ' : ''}What was read before is kept and nothing is lost: the next run goes on from here.`,
        cause: error,
      },
    );
  }
}
