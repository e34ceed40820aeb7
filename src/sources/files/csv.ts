import { scanRecord, startScan } from './csv-record.ts';
import { longestRow, type RowBatch, type SplitRows, tooLong } from './rows.ts';

export interface CsvHeader {
  names: string[];
  /** Characters the header takes, and lines. */
  length: number;
  lines: number;
}

/** The header in the first text of a file; undefined while it is not whole. */
export function readCsvHeader(text: string, delimiter: string, last: boolean): CsvHeader | undefined {
  const scan = startScan();
  const length = scanRecord(text, 0, delimiter, undefined, last, scan);
  if (length < 0) return undefined;
  return { names: scan.values.map((name) => (name ?? '').trim()), length, lines: 1 + scan.breaks };
}

/**
 * Splits the text behind the header into rows, cutting out the `picked` columns. A row that is too long is skipped as
 * it passes by: only its beginning is ever held.
 */
export function createCsvSplitter(header: CsvHeader, picked: readonly string[], delimiter: string): SplitRows {
  const columns = header.names.length;
  const slots = new Int32Array(columns).fill(-1);
  picked.forEach((name, slot) => {
    slots[header.names.indexOf(name)] = slot;
  });
  const skip = createSkipper(delimiter.charCodeAt(0));
  let carry = '';
  let line = 1 + header.lines;
  let skipping = false;

  return (text, last) => {
    const batch: RowBatch = { rows: [], faults: [] };
    const buffer = carry === '' ? text : carry + text;
    carry = '';
    const scan = startScan();
    let at = 0;
    if (skipping) {
      at = skip.on(buffer, 0);
      skipping = at < 0;
      if (!skipping) line += skip.lines();
    }
    while (!skipping && at < buffer.length) {
      const end = scanRecord(buffer, at, delimiter, slots, last, scan);
      if (end < 0) {
        if (buffer.length - at <= longestRow) {
          carry = buffer.slice(at);
          break;
        }
        batch.faults.push({ line, reason: tooLong });
        skip.begin();
        at = skip.on(buffer, at);
        skipping = at < 0;
        if (!skipping) line += skip.lines();
        continue;
      }
      if (end - at > longestRow) batch.faults.push({ line, reason: tooLong });
      else if (scan.fault) batch.faults.push({ line, reason: scan.fault });
      else if (scan.columns === columns && !isBlank(buffer, at, end)) batch.rows.push({ line, values: scan.values });
      else if (!isBlank(buffer, at, end)) {
        batch.faults.push({ line, reason: `has ${scan.columns} fields, the header ${columns}` });
      }
      line += 1 + scan.breaks;
      at = end;
    }
    return batch;
  };
}

/** Walks over a row without keeping it, across pieces of text. */
function createSkipper(delimiter: number): { begin(): void; on(text: string, from: number): number; lines(): number } {
  let quoted = false;
  let fieldStart = true;
  let afterQuote = false;
  let lines = 0;
  return {
    begin() {
      quoted = false;
      afterQuote = false;
      fieldStart = true;
      lines = 0;
    },
    lines: () => lines,
    /** The position behind the row's end, or -1 when the text ends first. */
    on(text, from) {
      for (let at = from; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === 10) lines++;
        if (quoted) {
          if (code === 34) {
            quoted = false;
            afterQuote = true;
          }
        } else if (code === 34 && (fieldStart || afterQuote)) {
          quoted = true;
          afterQuote = false;
          fieldStart = false;
        } else {
          if (code === 10) return at + 1;
          afterQuote = false;
          fieldStart = code === delimiter;
        }
      }
      return -1;
    },
  };
}

/** An empty line is no row. */
function isBlank(text: string, start: number, end: number): boolean {
  return end - start <= 2 && /^\r?\n?$/.test(text.slice(start, end));
}
