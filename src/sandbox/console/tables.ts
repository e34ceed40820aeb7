import type { Directory } from '../directory.ts';
import type { Json } from '../json.ts';
import { type Html, html } from './html.ts';
import { richText } from './rich-text.ts';

function cellContent(cell: Json, directory: Directory): Html {
  return cell.type === 'rich_text' ? richText(cell, directory) : html`${String(cell.text ?? '')}`;
}

/** Whether a column holds numbers only, header apart: those align right. */
function isNumeric(rows: readonly Json[][], column: number): boolean {
  const cells = rows.slice(1).map((row) => row[column]);
  return cells.length > 0 && cells.every((cell) => cell?.type === 'raw_number');
}

interface Look {
  caption?: string;
  /** Index of the column that names the row, for screen readers. */
  rowHeader?: number;
  align: (column: number) => string;
  directory: Directory;
}

function grid(rows: readonly Json[][], { caption, rowHeader, align, directory }: Look): Html {
  const [head = [], ...body] = rows;
  const cell = (content: Json, column: number): Html =>
    column === rowHeader
      ? html`<th scope="row" class="${align(column)}">${cellContent(content, directory)}</th>`
      : html`<td class="${align(column)}">${cellContent(content, directory)}</td>`;
  return html`<table>${caption !== undefined && html`<caption>${caption}</caption>`}
    <thead><tr>${head.map((content, column) => html`<th scope="col" class="${align(column)}">${cellContent(content, directory)}</th>`)}</tr></thead>
    <tbody>${body.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table>`;
}

export function table(block: Json, directory: Directory): Html {
  const rows = block.rows as Json[][];
  const settings = (block.column_settings ?? []) as Json[];
  const align = (column: number): string =>
    String(settings[column]?.align ?? (isNumeric(rows, column) ? 'right' : 'left'));
  return html`<div class="grid" tabindex="0" role="region" aria-label="Table">${grid(rows, { align, directory })}</div>`;
}

/** Slack pages a data table; here a long one scrolls. */
export function dataTable(block: Json, directory: Directory): Html {
  const rows = block.rows as Json[][];
  const look: Look = {
    caption: String(block.caption),
    rowHeader: Number(block.row_header_column_index ?? 0),
    align: (column) => (isNumeric(rows, column) ? 'right' : 'left'),
    directory,
  };
  return html`<div class="grid paged" tabindex="0" role="region" aria-label="${String(block.caption)}">${grid(rows, look)}</div>`;
}

/** Slack draws these charts itself; the console shows their numbers. */
export function chartNumbers(block: Json, directory: Directory): Html {
  const chart = block.chart as Json;
  const text = (value: unknown): Json => ({ type: 'raw_text', text: String(value) });
  const amount = (value: unknown): Json => ({ type: 'raw_number', text: String(value) });
  const series = (chart.series ?? []) as { name: string; data: Json[] }[];
  const segments = (chart.segments ?? []) as Json[];
  const rows =
    chart.type === 'pie'
      ? [[text(''), text('Value')], ...segments.map((each) => [text(each.label), amount(each.value)])]
      : [
          [text(''), ...series.map((each) => text(each.name))],
          ...(series[0]?.data ?? []).map((point, index) => [
            text(point.label),
            ...series.map((each) => amount(each.data[index]?.value)),
          ]),
        ];
  const caption = `${block.title} (${chart.type} chart, drawn by Slack)`;
  const align = (column: number): string => (column === 0 ? 'left' : 'right');
  return html`<div class="grid paged" tabindex="0" role="region" aria-label="${caption}">${grid(rows, { caption, rowHeader: 0, align, directory })}</div>`;
}
