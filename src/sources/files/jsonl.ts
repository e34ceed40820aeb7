import { longestRow, type RowBatch, type SplitRows, tooLong } from './rows.ts';

/** Splits JSON lines into rows; a column is a field's name, or a dotted path into nested objects. */
export function createJsonlSplitter(picked: readonly string[]): SplitRows & { absent(): string[] } {
  const paths = picked.map((name) => ({ name, steps: name.split('.') }));
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
    const values = paths.map(({ name, steps }) => {
      const value = Object.hasOwn(object, name) ? object[name] : walk(object, steps);
      if (value !== undefined) seen.add(name);
      return textOf(value);
    });
    batch.rows.push({ line, values });
  };

  return Object.assign(split, { absent: () => picked.filter((name) => !seen.has(name)) });
}

type JsonObject = Record<string, unknown>;

/** The object of a line, its numbers kept as they are written (an id of 20 digits would lose its end as a number). */
function parseObject(source: string): JsonObject | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value,
    );
  } catch {
    return 'is not JSON';
  }
  return isObject(parsed) ? parsed : 'is not a JSON object';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function walk(object: JsonObject, steps: readonly string[]): unknown {
  let value: unknown = object;
  for (const step of steps) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  // A lone half of a surrogate pair has no UTF-8; as a replacement character it is refused by name.
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
