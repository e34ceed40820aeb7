import type { Entity } from '../domain/entity.ts';
import type { TenantZone } from '../rollups/rollup.ts';

/**
 * What the versions of a batch are: microseconds since 1970 of each record's last change, the source's own counter, or
 * nothing better than the time of the run (microseconds too), which orders runs but not the records within one.
 */
export type VersionKind = 'time' | 'counter' | 'run';

/** Records of one entity, staged in a temp table of the current transaction. */
export interface Batch {
  entity: Entity;
  source: string;
  /** The temp table: `id`, `version bigint` and a column per field; one row per id. A code constant. */
  table: string;
  /** Fields the batch sets besides id; a stored record keeps its other ones. */
  fields: readonly string[];
  /** Those of `fields` whose null means "not said" and leaves the stored value. */
  keeps: readonly string[];
  version: VersionKind;
  /**
   * Records told in parts: the table also has `given text[]`, the fields a record says; the others stay as they are, and
   * every field has a version of its own. Only for entities that are `partial`.
   */
  partial?: boolean;
  /** How far this brings the stream; undefined where it says nothing about that. */
  asOf: Temporal.Instant | undefined;
}

export interface WriteRun {
  tenant: TenantZone;
  /** Business time of the run. */
  at: Temporal.Instant;
}

/** What became of a batch's records; together they are all of them. */
export interface Written {
  inserted: number;
  updated: number;
  /** Stored already, with the same content. */
  unchanged: number;
  /** Stored in a newer state. */
  older: number;
  /** Ids of partial records that say too little to be stored, of objects that nobody has described yet. */
  waiting: string[];
}

/** The version of a record that is only known by its id: any state a source gives is newer. */
export const placeholderVersion = Number.MIN_SAFE_INTEGER;

/** An instant as a version, in microseconds since 1970. */
export function versionOf(at: Temporal.Instant): number {
  return Number(at.epochNanoseconds / 1000n);
}
