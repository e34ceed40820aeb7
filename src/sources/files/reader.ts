import { CremaError } from '../../lib/errors.ts';
import { createCsvSplitter, readCsvHeader } from './csv.ts';
import { createJsonlSplitter } from './jsonl.ts';
import { longestRow, type RowBatch, type RowSource, type SplitRows } from './rows.ts';
import { openText, type TextFile } from './text-file.ts';

/** A file of rows, opened: what it is and, for CSV, its columns are known, its rows are still to be read. */
export interface RowFile extends RowSource {
  /** Column names of a CSV file; undefined for JSON lines, whose objects may each have their own. */
  header: readonly string[] | undefined;
  sizeBytes: number | undefined;
  bytesRead(): number;
  /** Memory stays flat: a batch is what one chunk completes. */
  batches(picked: readonly string[]): AsyncGenerator<RowBatch>;
  /** Picked columns that no object of a JSON lines file had, once it is read. */
  absent(): string[];
  close(): Promise<void>;
}

/** Opens a CSV or JSON lines file, plain or gzip; all told apart by content. */
export async function openRows(file: string, delimiter: string): Promise<RowFile> {
  const text = await openText(file);
  try {
    const start = await readStart(text, file, delimiter);
    let absent = () => [] as string[];
    return {
      header: start.header?.names,
      sizeBytes: text.sizeBytes,
      bytesRead: text.bytesRead,
      batches(picked) {
        const jsonl = start.header ? undefined : createJsonlSplitter(picked);
        if (jsonl) absent = jsonl.absent;
        const split = jsonl ?? createCsvSplitter(start.header!, picked, delimiter);
        return splitChunks(text, start.rest, split);
      },
      absent: () => absent(),
      close: async () => void (await text.chunks.return(undefined)),
    };
  } catch (error) {
    await text.chunks.return(undefined);
    throw error;
  }
}

async function* splitChunks(text: TextFile, rest: string, split: SplitRows): AsyncGenerator<RowBatch> {
  if (rest !== '') yield split(rest, false);
  for await (const chunk of text.chunks) yield split(chunk, false);
  yield split('', true);
}

/** Reads on until it is clear what the file is and, for CSV, until its header is whole. */
async function readStart(text: TextFile, file: string, delimiter: string) {
  let head = '';
  for (;;) {
    const { value, done } = await text.chunks.next();
    head += value ?? '';
    const first = head.trimStart()[0];
    if (first === '{') return { header: undefined, rest: head };
    if (first === '[') {
      throw new CremaError('FILE_FORMAT', `${file} is a JSON array`, {
        remedy: "Give one object per line, for instance with jq -c '.[]'.",
      });
    }
    const header = first === undefined ? undefined : readCsvHeader(head, delimiter, done === true);
    if (header) return { header, rest: head.slice(header.length) };
    if (done) throw new CremaError('FILE_EMPTY', `${file} is empty: not even a header`);
    if (head.length > longestRow) {
      throw new CremaError('FILE_FORMAT', `${file} has no header: its first line is longer than 1 MB`, {
        remedy: 'Check that this is a CSV or JSON lines file.',
      });
    }
  }
}
