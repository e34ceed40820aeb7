import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCsvSplitter, readCsvHeader } from '../../../src/sources/files/csv.ts';
import type { RowBatch } from '../../../src/sources/files/rows.ts';

/** Splits text in the given pieces and collects everything. */
function split(pieces: string[], picked?: string[], delimiter = ','): RowBatch & { header: string[] } {
  let head = '';
  let header: ReturnType<typeof readCsvHeader>;
  const rest = [...pieces];
  while (!header) {
    const piece = rest.shift();
    head += piece ?? '';
    header = readCsvHeader(head, delimiter, piece === undefined);
  }
  const splitter = createCsvSplitter(header, picked ?? header.names, delimiter);
  const all: RowBatch = { rows: [], faults: [] };
  for (const [text, last] of [
    [head.slice(header.length), false],
    ...rest.map((piece) => [piece, false]),
    ['', true],
  ] as [string, boolean][]) {
    const batch = splitter(text, last);
    all.rows.push(...batch.rows);
    all.faults.push(...batch.faults);
  }
  return { header: header.names, ...all };
}

const values = (batch: RowBatch) => batch.rows.map((row) => row.values);

describe('CSV', () => {
  test('takes LF and CR LF line ends, with and without a last one', () => {
    expect(values(split(['a,b\r\n1,2\r\n3,4']))).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(values(split(['a,b\n1,2\n3,4\n']))).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('takes quoted fields with delimiters, quotes and line breaks, and counts lines of the file', () => {
    const batch = split(['a,b\n"x,y","say ""hi"""\n"one\ntwo\nthree",2\n4,"5"\r\n']);
    expect(batch.rows).toEqual([
      { line: 2, values: ['x,y', 'say "hi"'] },
      { line: 3, values: ['one\ntwo\nthree', '2'] },
      { line: 6, values: ['4', '5'] },
    ]);
  });

  test('cuts out the picked columns only, in the order asked for', () => {
    expect(values(split(['a,b,c,d\n1,2,3,4\n'], ['d', 'b']))).toEqual([['4', '2']]);
  });

  test('skips empty lines without losing count', () => {
    expect(split(['a,b\n\n1,2\n\r\n3,4\n\n']).rows.map((row) => row.line)).toEqual([3, 5]);
    expect(split(['a\nx\n\ny']).rows).toEqual([
      { line: 2, values: ['x'] },
      { line: 4, values: ['y'] },
    ]);
  });

  test('names the line of a row with too few or too many fields', () => {
    expect(split(['a,b\n1,2\n1\n1,2,3\n5,6\n'])).toMatchObject({
      rows: [{ line: 2 }, { line: 5 }],
      faults: [
        { line: 3, reason: 'has 1 fields, the header 2' },
        { line: 4, reason: 'has 3 fields, the header 2' },
      ],
    });
  });

  test('names text behind a closing quote and goes on with the next line', () => {
    const batch = split(['a,b\n"x"y,2\n3,4\n']);
    expect(batch.faults).toEqual([{ line: 2, reason: 'has text behind the closing quote of a field' }]);
    expect(values(batch)).toEqual([['3', '4']]);
  });

  test('names a quote that is never closed', () => {
    expect(split(['a,b\n1,2\n"x,2\n3,4\n']).faults).toEqual([
      { line: 3, reason: 'has a quoted field that is never closed' },
    ]);
  });

  test('keeps a quote in the middle of an unquoted field', () => {
    expect(values(split(['a,b\n5" pipe,2\n']))).toEqual([['5" pipe', '2']]);
  });

  test.each([
    ['quoted', `"${'x'.repeat(10_000_000)}"`],
    ['quoted with line breaks and quotes', `"${'ab""c\n'.repeat(2_000_000)}"`],
    ['unquoted', 'x'.repeat(10_000_000)],
  ])('rejects a 10 MB field, %s, holds little of it, and goes on behind it', (_, field) => {
    const text = `a,b\n1,2\n${field},2\n5,6\n`;
    const header = readCsvHeader(text.slice(0, 100), ',', false)!;
    const splitter = createCsvSplitter(header, header.names, ',');
    const batches: RowBatch[] = [];
    for (let at = header.length; at < text.length; at += 65_536)
      batches.push(splitter(text.slice(at, at + 65_536), false));
    batches.push(splitter('', true));
    const rows = batches.flatMap((batch) => batch.rows);
    expect(batches.flatMap((batch) => batch.faults)).toEqual([{ line: 3, reason: 'is longer than 1 MB' }]);
    expect(rows.map((row) => row.values)).toEqual([
      ['1', '2'],
      ['5', '6'],
    ]);
    expect(rows[1]?.line).toBe(4 + (field.match(/\n/g)?.length ?? 0));
  });

  test('reads what csv-parse reads, however the text is cut', () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'é', '漢', ' ', '\t', '1'), maxLength: 5 }).map((text) => text),
      fc
        .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ';', '😀'), maxLength: 6 })
        .map((text) => `"${text.replaceAll('"', '""')}"`),
    );
    const table = fc.integer({ min: 2, max: 4 }).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { maxLength: 6 }),
        end: fc.constantFrom('\n', '\r\n'),
        open: fc.boolean(),
        cuts: fc.array(fc.nat(), { maxLength: 6 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ columns, rows, end, open, cuts }) => {
        const header = Array.from({ length: columns }, (_, index) => `c${index}`);
        const body = [header, ...rows].map((row) => row.join(',')).join(end);
        const text = open || rows.length === 0 ? body : body + end;
        const bounds = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
        const pieces = bounds.slice(1).map((bound, index) => text.slice(bounds[index], bound));
        const expected = parse(text, {
          from_line: 1,
          record_delimiter: ['\r\n', '\n'],
          skip_empty_lines: true,
        }) as string[][];
        const batch = split(pieces);
        expect(batch.faults).toEqual([]);
        expect([batch.header, ...values(batch)]).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
