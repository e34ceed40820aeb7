import type { AnswerTable } from '../../answers/table.ts';
import { padCell, widthOf } from '../../lib/cells.ts';
import { clip, clipLines } from '../limits.ts';
import { oneLine } from '../text.ts';

/** Widest cells, so that a table of four columns can be read on a phone; a heading may be as wide as its column. */
const widestCell = 28;
const widestHeading = 20;
/** Longest table or CSV in a message: leaves room for the rest of the answer under Slack's limit for all blocks. */
export const mostTableText = 3_000;

/**
 * The table as aligned text for a fixed-width block: header, rows, then `… and 7 more` where `rows` or the size ran out.
 * `last` keeps the latest rows of a series instead of the first.
 */
export function tableText(table: AnswerTable, options: { rows: number; last?: boolean }): string {
  const { rows: most, last = false } = options;
  const cut = last && table.rows.length > most ? table.rows.slice(-most) : table.rows;
  const cells = cut.map((row) => row.map((cell) => clip(oneLine(cell), widestCell)));
  const widest = table.header.map((_, column) => Math.max(0, ...cells.map((row) => widthOf(row[column] ?? ''))));
  const header = table.header.map((cell, column) => clip(oneLine(cell), Math.max(widestHeading, widest[column] ?? 0)));
  const widths = widest.map((width, column) => Math.max(width, widthOf(header[column] ?? '')));
  const lines = [header, ...cells].map((row) =>
    row
      .map((cell, column) => padCell(cell, widths[column] ?? 0, table.numeric[column] ? 'right' : 'left'))
      .join('  ')
      .trimEnd(),
  );
  const earlier = table.rows.length - cut.length;
  const head = earlier > 0 ? [lines[0] ?? '', `… ${earlier.toLocaleString('en')} earlier`] : lines.slice(0, 1);
  return clipLines([...head, ...lines.slice(1)], mostTableText, most + head.length);
}
