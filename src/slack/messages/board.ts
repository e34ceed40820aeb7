import type { KnownBlock, TableBlock } from '@slack/types';
import { type BoardKpi, boardTable } from '../../answers/board-table.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { context } from '../blocks.ts';
import { clip } from '../limits.ts';
import { oneLine } from '../text.ts';

/** Widest name, with its rank and status. */
const widestName = 48;
/** Slack takes 100 rows with the header and 10,000 characters, which all blocks of a message share. */
const mostRows = 99;
const mostText = 6_000;

/**
 * The rows of a board as Slack's own table: on a phone it scrolls sideways instead of breaking its lines, and names of
 * any script stay in their cell. Cells are `raw_text`, which Slack takes literally.
 */
export function boardBlocks(result: KpiResult, kpi: BoardKpi, locale: string, most: number): KnownBlock[] {
  const table = boardTable(result, kpi, locale, true);
  const cells = (row: readonly string[]) => row.map((cell) => clip(oneLine(cell), widestName) || '–');
  const rows = [cells(table.header)];
  let length = lengthOf(rows[0]!);
  for (const row of table.rows.slice(0, Math.min(most, mostRows))) {
    const next = cells(row);
    length += lengthOf(next);
    if (length > mostText) break;
    rows.push(next);
  }
  const left = table.rows.length - (rows.length - 1);
  return [
    {
      type: 'table',
      rows: rows.map((row) => row.map((text) => ({ type: 'raw_text', text }))),
      column_settings: table.numeric.map((isNumber) => ({ align: isNumber ? 'right' : 'left', is_wrapped: false })),
    } satisfies TableBlock,
    ...(left > 0 ? [context(`… and ${left.toLocaleString('en')} more`)] : []),
  ];
}

function lengthOf(row: readonly string[]): number {
  return row.reduce((sum, cell) => sum + cell.length, 0);
}
