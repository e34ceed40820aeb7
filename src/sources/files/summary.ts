import type { EntityId } from '../../domain/entity.ts';
import type { Written } from '../../ingest/batch.ts';
import type { UnmappedValues } from './cells.ts';
import type { Rejection } from './convert.ts';

/** What became of one entity's rows: `read` is the sum of written, unchanged, older, superseded and rejected. */
export interface Counts {
  read: number;
  /** Inserted and updated. */
  written: number;
  inserted: number;
  updated: number;
  /** Stored already, with the same content. */
  unchanged: number;
  /** Stored in a newer state. */
  older: number;
  /** Rows that lost against another row of the same file with the same id (`rows:`). */
  superseded: number;
  rejected: number;
}

export type WrittenCounts = Omit<Written, 'waiting'>;

export interface EntitySummary extends Counts {
  entity: EntityId;
  /** How far this brings the stream. */
  asOf: Temporal.Instant;
  unmapped: { field: string; value: string; rows: number }[];
  /** What became of the events its rows told (`history:`); they are no rows and in none of the counts. */
  history?: WrittenCounts;
}

/** The counts are sums over the entities; a file that feeds two is read once and counted for both. */
export interface ImportSummary extends Counts {
  file: string;
  source: string;
  dryRun: boolean;
  entities: EntitySummary[];
  /** The first 20, in order of lines. */
  rejections: Rejection[];
  /** Remarks on the file, such as a mapped name that no JSON object had. */
  notes: string[];
  asOf: Temporal.Instant;
  seconds: number;
}

export const shownRejections = 20;

export function emptyCounts(): Counts {
  return { read: 0, written: 0, inserted: 0, updated: 0, unchanged: 0, older: 0, superseded: 0, rejected: 0 };
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum = emptyCounts();
  for (const counts of all) for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  return sum;
}

export function listUnmapped(values: UnmappedValues): EntitySummary['unmapped'] {
  return [...values].flatMap(([field, texts]) =>
    [...texts].map(([value, rows]) => ({ field, value, rows })).toSorted((a, b) => b.rows - a.rows),
  );
}

/** `line 7 resolved_at: "31/2/2016" is not a date of the calendar`. */
export function describeRejection(rejection: Rejection): string {
  return `line ${rejection.line}${rejection.field ? ` ${rejection.field}:` : ''} ${rejection.reason}`;
}
