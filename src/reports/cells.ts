/** A table as its template takes it: every cell knows whether it is a number, or the name of its row. */
export interface Cells {
  kind: string;
  caption: string;
  header: Cell[];
  rows: Cell[][];
}

interface Cell {
  text: string;
  kind: string;
  isName: boolean;
}

/** Longer texts may be broken anywhere; shorter ones only between words. */
const mostInOneWord = 24;

/** The first column that holds no numbers names the row: a screen reader reads it with each of its cells. */
export function cellsOf(
  table: {
    caption: string;
    header: readonly string[];
    rows: readonly (readonly string[])[];
    numeric: readonly boolean[];
  },
  kind = '',
): Cells {
  const { caption, header, rows, numeric } = table;
  const naming = numeric.indexOf(false);
  const cell = (text: string, column: number): Cell => ({
    text,
    kind: numeric[column] ? 'number' : text.length > mostInOneWord ? 'lengthy' : '',
    isName: column === naming,
  });
  return { kind, caption, header: header.map(cell), rows: rows.map((row) => row.map(cell)) };
}
