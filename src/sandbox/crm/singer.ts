import { isObject, type Json } from '../json.ts';
import { businessStreams } from './tap-business.ts';
import { peopleStreams } from './tap-people.ts';
import type { TapStream } from './tap-stream.ts';
import { supportStreams } from './tap-support.ts';
import { epochSeconds, type World } from './world.ts';

/** Every stream of the tap, what others refer to first. */
export function tapStreams(world: World): TapStream[] {
  return [...peopleStreams(world), ...supportStreams(world), ...businessStreams(world)];
}

export interface TapOptions {
  /** The value of the last STATE that was kept; a first run has none. */
  state?: unknown;
  /** The moment as of which the tap reads. */
  now: Temporal.Instant;
  /** Records between two STATE messages: 1,000 unless given. */
  stateEvery?: number;
}

/**
 * The tap's output, a line at a time: per stream SCHEMA, RECORDs in the order of `updated_at`, STATE now and then and at
 * the end. A run goes on where the state's bookmark stands and says again what has exactly that time, as taps do. The one
 * full table comes whole each time, with the version of the run and ACTIVATE_VERSION after it: what is missing is gone.
 */
export function* singerLines(streams: readonly TapStream[], options: TapOptions): Generator<string> {
  const { now, stateEvery = 1_000 } = options;
  const moment = epochSeconds(now);
  const bookmarks: Record<string, Json> = { ...bookmarksOf(options.state) };
  const line = (message: Json) => `${JSON.stringify(message)}\n`;
  const stateLine = () => line({ type: 'STATE', value: { bookmarks: structuredClone(bookmarks) } });
  for (const { name, keys, replication, columns, records } of streams) {
    const whole = replication === 'FULL_TABLE';
    const version = whole ? { version: now.epochMilliseconds } : {};
    const properties = columns;
    yield line({
      ...{ type: 'SCHEMA', stream: name, schema: { type: 'object', properties }, key_properties: keys },
      ...(whole ? {} : { bookmark_properties: ['updated_at'] }),
    });
    let written = 0;
    for (const { record } of records(moment, whole ? Number.NEGATIVE_INFINITY : sinceOf(bookmarks[name]))) {
      yield line({ type: 'RECORD', stream: name, record, ...version, time_extracted: now.toString() });
      if (whole) continue;
      bookmarks[name] = { replication_key: 'updated_at', replication_key_value: record.updated_at };
      written++;
      if (written % stateEvery === 0) yield stateLine();
    }
    if (whole) {
      yield line({ type: 'ACTIVATE_VERSION', stream: name, ...version });
      bookmarks[name] = version;
    }
    yield stateLine();
  }
}

function bookmarksOf(state: unknown): Record<string, Json> {
  const bookmarks = isObject(state) ? state.bookmarks : undefined;
  return isObject(bookmarks) ? (bookmarks as Record<string, Json>) : {};
}

/** Epoch seconds of a stream's bookmark; before everything where there is none. */
function sinceOf(bookmark: Json | undefined): number {
  const value = bookmark?.replication_key_value;
  return typeof value === 'string' ? epochSeconds(Temporal.Instant.from(value)) : Number.NEGATIVE_INFINITY;
}

/** The mapping file of the tap, as a customer would write it. */
export function singerMapping(streams: readonly TapStream[]): string {
  const blocks = streams.map(({ name, entity, fields }) => {
    const lines = Object.entries(fields).map(([field, column]) => `      ${field}: ${column}\n`);
    return `  - stream: ${name}\n    entity: ${entity}\n    order: updated_at\n    fields:\n${lines.join('')}`;
  });
  return `source: ${tapSource}\nformat: { dates: [iso] }\nentities:\n${blocks.join('')}`;
}

/** The name under which the tap's records are kept. */
export const tapSource = 'help-desk';
