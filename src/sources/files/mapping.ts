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
  /** What a row has to say to have a part for this entity: all of them. */
  where?: readonly Condition[];
  /** The stream of a tap its rows are in; undefined for a file's. */
  stream?: StreamMapping | undefined;
}

/** What a block says about the stream of a tap that its records come in. */
export interface StreamMapping {
  name: string;
  /** Path of a list in each record whose items are the rows. */
  each: string | undefined;
  /** What marks a record as deleted, besides the marks of the protocol. */
  deleted: DeletedMapping | undefined;
  /** Whether the records only tell a part of what another stream describes. */
  partial: boolean;
}

export interface DeletedMapping extends ColumnUse {
  /** The texts that mean it; undefined for any but a missing one and a "no". */
  texts: ReadonlySet<string> | undefined;
}

/** A row meets it when the column has one of the texts; with `not`, when it has none of them. */
export interface Condition extends ColumnUse {
  texts: ReadonlySet<string>;
  not: boolean;
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
  /** Further columns; their texts are joined by a space, as far as there are any. */
  more?: readonly string[];
  /** The raw text of every row, null for "no value"; `column` is then empty. */
  constant?: string | null;
  /** A column with what is to be added to the time in `column`, in seconds times `seconds`. */
  plus?: { column: string; seconds: number };
  /** Whether the raw text is in major units of a currency, for a field in minor ones. */
  major?: boolean;
  /** Raw text to value, in the field's own text form; null is "no value". */
  values: ReadonlyMap<string, string | null> | undefined;
  keepLastKnown: boolean;
  /** What follows from the raw text (sources/derived.ts); null is "no value". */
  derive?: (raw: string) => string | null;
}
