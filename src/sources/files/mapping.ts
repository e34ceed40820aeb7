import type { Entity, Field } from '../../domain/entity.ts';
import type { ReadMoment } from './dates.ts';

/** How a file's rows become records: what a mapping file says, checked. */
export interface FileMapping {
  /** The mapping's own file name, for messages. */
  file: string;
  source: string;
  format: FileFormat;
  entities: readonly EntityMapping[];
}

export interface FileFormat {
  delimiter: string;
  /** Texts that stand for "no value". */
  nulls: ReadonlySet<string>;
  /** Length of the longest of them. */
  longestNull: number;
  readMoment: ReadMoment;
}

export interface EntityMapping {
  entity: Entity;
  /** Which of several rows with one id counts; `unique`: there must be one. */
  rows: 'last' | 'first' | 'unique';
  order: ColumnUse | undefined;
  fields: readonly FieldMapping[];
  history: HistoryMapping | undefined;
}

/** Fields whose changes from row to row become ticket events. */
export interface HistoryMapping {
  fields: readonly string[];
  /** Where the mapping says so, for messages. */
  place: string;
}

/** A column and where the mapping names it. */
export interface ColumnUse {
  column: string;
  /** Where the mapping says so, `map.yaml:7 fields.priority`, for messages. */
  place: string;
}

export interface FieldMapping extends ColumnUse {
  name: string;
  field: Field;
  /** Raw text to value, in the field's own text form; null is "no value". */
  values: ReadonlyMap<string, string | null> | undefined;
  keepLastKnown: boolean;
  /** What follows from the raw text (sources/derived.ts); null is "no value". */
  derive?: (raw: string) => string | null;
}
