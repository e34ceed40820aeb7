import type { Json } from '../json.ts';

/** One stream of the tap: what it says, and how its columns become an entity's fields. */
export interface TapStream {
  name: string;
  entity: string;
  keys: readonly string[];
  replication: 'INCREMENTAL' | 'FULL_TABLE';
  /** JSON Schema of each column. */
  columns: Readonly<Record<string, Json>>;
  /** Entity field <- column. */
  fields: Readonly<Record<string, string>>;
  /**
   * The records as of `now` that changed at `since` or later, ascending by their `updated_at`; a full table gives all.
   * Both are epoch seconds; a record is what it was at its `updated_at`.
   */
  records(now: number, since: number): TapRecord[];
}

export interface TapRecord {
  updatedAt: number;
  record: Json;
}

export const text: Json = { type: ['null', 'string'] };
export const time: Json = { type: ['null', 'string'], format: 'date-time' };
export const day: Json = { type: ['null', 'string'], format: 'date' };
export const whole: Json = { type: ['null', 'integer'] };
export const truth: Json = { type: ['null', 'boolean'] };
export const texts: Json = { type: ['null', 'array'], items: { type: 'string' } };

/** Ascending by time, then by what distinguishes records: the same at every run. */
export function inOrder(records: TapRecord[], key: string): TapRecord[] {
  return records.toSorted(
    (a, b) => a.updatedAt - b.updatedAt || (String(a.record[key]) < String(b.record[key]) ? -1 : 1),
  );
}
