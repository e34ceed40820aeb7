import { isObject } from '../json.ts';
import { block } from './composition.ts';
import { richText } from './rich-text.ts';
import { boolean, byType, type Check, integer, list, number, object, oneOf, problem, string, typed } from './schema.ts';

const rawText = typed('raw_text', { required: { text: string({ min: 1 }) } });
const rawNumber = typed('raw_number', { required: { value: number, text: string({ min: 1 }) } });
const cell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText });

export const table: Check = block('table', {
  required: { rows: list(list(cell, { min: 1, max: 20 }), { min: 1, max: 100 }) },
  optional: {
    column_settings: list(object({ optional: { align: oneOf('left', 'center', 'right'), is_wrapped: boolean } }), {
      max: 20,
    }),
  },
});

function sameWidth(rows: readonly unknown[][], at: string): string[] {
  const width = rows[0]?.length;
  return rows.flatMap((row, index) =>
    row.length === width ? [] : [problem('all rows must have the same number of cells', `${at}/rows/${index}`)],
  );
}

/** 101 rows with the header, as the block's page says; elsewhere Slack speaks of 201. The smaller one is safe. */
export const dataTable: Check = block('data_table', {
  required: { caption: string({ min: 1 }), rows: list(list(cell, { min: 1, max: 20 }), { min: 2, max: 101 }) },
  optional: { page_size: integer(1, 100), row_header_column_index: integer(0, 19) },
  rule: (value, at) => {
    const rows = value.rows as unknown[][];
    const header = (rows[0] ?? []).flatMap((entry, index) =>
      isObject(entry) && entry.type === 'rich_text'
        ? [problem('unsupported type: rich_text', `${at}/rows/0/${index}/type`)]
        : [],
    );
    return [...header, ...sameWidth(rows, at)];
  },
});
