import { isObject, type JsonObject, parseJson } from '../files/json.ts';

/** A message of the Singer specification, as far as Crema needs it. */
export type Message =
  | { type: 'SCHEMA'; stream: string; keyProperties: readonly string[] }
  /** `version` names the state of the table that the record is of; numbers in it are as they were written. */
  | { type: 'RECORD'; stream: string; record: JsonObject; version: string | undefined }
  /** `value` as one line of JSON, `syncing` the stream that the tap was in the middle of. */
  | { type: 'STATE'; value: string; syncing: string | undefined }
  | { type: 'ACTIVATE_VERSION'; stream: string; version: string };

/** Reads a line; a string is the reason why it cannot be taken. */
export function parseMessage(line: string): Message | string {
  let message: unknown;
  try {
    message = parseJson(line);
  } catch {
    return 'is not JSON';
  }
  if (!isObject(message)) return 'is not a JSON object';
  switch (message.type) {
    case 'SCHEMA':
      return schemaOf(message);
    case 'RECORD':
      return recordOf(message);
    case 'STATE':
      return stateOf(message, line);
    case 'ACTIVATE_VERSION':
      return activationOf(message);
    case 'BATCH':
      return 'is a BATCH message, whose records are in files that Crema does not read: switch batches off in the tap';
    default:
      return typeof message.type === 'string'
        ? `has the type "${message.type.slice(0, 40)}", which is none of the Singer specification`
        : 'has no type: it is not a Singer message';
  }
}

function schemaOf({ stream, key_properties: keys }: JsonObject): Message | string {
  if (!isName(stream)) return noStream;
  const keyProperties = Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  return { type: 'SCHEMA', stream, keyProperties };
}

function recordOf({ stream, record, version }: JsonObject): Message | string {
  if (!isName(stream)) return noStream;
  if (!isObject(record)) return 'is a RECORD without a record';
  if (version === undefined || version === null) return { type: 'RECORD', stream, record, version: undefined };
  const read = versionOf(version);
  return read === undefined ? noVersion : { type: 'RECORD', stream, record, version: read };
}

function stateOf(message: JsonObject, line: string): Message | string {
  if (!Object.hasOwn(message, 'value')) return 'is a STATE without a value';
  // Read again with its numbers: a cursor of 20 digits goes back to the tap as it came.
  const { value } = JSON.parse(line, (_key, part: unknown, context?: { source?: string }) =>
    typeof part === 'number' && context?.source !== undefined ? rawJson(context.source) : part,
  ) as { value: unknown };
  const syncing = isObject(message.value) ? message.value.currently_syncing : undefined;
  return { type: 'STATE', value: JSON.stringify(value), syncing: isName(syncing) ? syncing : undefined };
}

function activationOf({ stream, version }: JsonObject): Message | string {
  if (!isName(stream)) return noStream;
  const read = versionOf(version);
  return read === undefined ? noVersion : { type: 'ACTIVATE_VERSION', stream, version: read };
}

const noStream = 'names no stream';
const noVersion = 'has a version that is not a whole number';

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A version that PostgreSQL's bigint holds. */
function versionOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? value : undefined;
}

/** A number as it is written; the types of the language do not have it yet. */
function rawJson(source: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}
