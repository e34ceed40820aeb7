import { compilePath, isObject, type JsonObject, parseJson, rawText } from './json.ts';
import { longestRow, type RowBatch, type SplitRows, tooLong } from './rows.ts';

/** Splits JSON lines into rows; a column is a field's name, or a path into nested objects (json.ts). */
export function createJsonlSplitter(picked: readonly string[]): SplitRows & { absent(): string[] } {
  const paths = picked.map((name) => ({ name, find: compilePath(name) }));
  const seen = new Set<string>();
  let carry = '';
  let line = 1;
  let skipping = false;

  const split = (text: string, last: boolean): RowBatch => {
    const batch: RowBatch = { rows: [], faults: [] };
    const buffer = carry === '' ? text : carry + text;
    carry = '';
    for (let at = 0; at < buffer.length; ) {
      const found = buffer.indexOf('\n', at);
      if (found === -1 && !last) {
        if (skipping) break;
        carry = buffer.slice(at);
        if (carry.length > longestRow) {
          batch.faults.push({ line, reason: tooLong });
          carry = '';
          skipping = true;
        }
        break;
      }
      const end = found === -1 ? buffer.length : found;
      if (skipping) skipping = false;
      else if (end - at > longestRow) batch.faults.push({ line, reason: tooLong });
      else {
        const source = buffer.slice(at, end).trim();
        if (source !== '') readLine(source, batch);
      }
      line++;
      at = end + 1;
    }
    return batch;
  };

  const readLine = (source: string, batch: RowBatch) => {
    const object = parseObject(source);
    if (typeof object === 'string') {
      batch.faults.push({ line, reason: object });
      return;
    }
    const values = paths.map(({ name, find }) => {
      const value = find(object);
      if (value !== undefined) seen.add(name);
      return rawText(value);
    });
    batch.rows.push({ line, values });
  };

  return Object.assign(split, { absent: () => picked.filter((name) => !seen.has(name)) });
}

/** The object of a line, or why there is none. */
function parseObject(source: string): JsonObject | string {
  try {
    const parsed = parseJson(source);
    return isObject(parsed) ? parsed : 'is not a JSON object';
  } catch {
    return 'is not JSON';
  }
}
