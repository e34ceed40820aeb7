/** One row of a file: the values of the columns asked for, in their order. Null only where the format has a null. */
export interface Row {
  /** Line of the file it begins in, from 1. */
  line: number;
  values: readonly (string | null)[];
}

/** A row that could not be read at all. */
export interface Fault {
  line: number;
  reason: string;
}

export interface RowBatch {
  rows: Row[];
  faults: Fault[];
}

/** Rows from anywhere, read once: a file, or what a tap said since the last commit. */
export interface RowSource {
  /** The rows with the `picked` columns, in their order; to be called once. */
  batches(picked: readonly string[]): AsyncIterable<RowBatch>;
}

/** Turns text, as it arrives, into rows; `last` with the final piece. */
export type SplitRows = (text: string, last: boolean) => RowBatch;

/** Longest row, in characters: what is longer is rejected without being held in memory. */
export const longestRow = 1024 * 1024;
export const tooLong = 'is longer than 1 MB';
