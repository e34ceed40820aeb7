import type { Entity } from '../../domain/entity.ts';
import type { UnmappedValues } from '../files/cells.ts';
import type { EntityConverter, Rejection } from '../files/convert.ts';
import { compileDates } from '../files/dates.ts';
import { compilePath, type Find, type JsonObject, rawText } from '../files/json.ts';
import type { EntityMapping, FileMapping, StreamMapping } from '../files/mapping.ts';
import type { Row } from '../files/rows.ts';
import type { Counts } from '../files/summary.ts';
import { createWork, type ImportWork } from '../files/work.ts';

/** A record that its tap marks as deleted. */
export interface GoneRow {
  row: Row;
  /** When it was deleted, where the mark is a time. */
  at: Temporal.Instant | undefined;
}

/** One block of a mapping, with the rows that its stream brought since the last commit. */
export interface StreamFeed {
  /** Name of the temp table its rows are staged in. */
  stage: string;
  stream: StreamMapping;
  entity: Entity;
  converter: EntityConverter;
  counts: Counts;
  unmapped: UnmappedValues;
  work: ImportWork;
  rows: Row[];
  gone: GoneRow[];
  /** The version of the table its rows are of; undefined where the stream has none. */
  version: string | undefined;
  /** Lines of rows that were rejected since the last commit. */
  rejectedLines: Set<number>;
  /** Takes the rows of a record. Call `fits` first. */
  add(line: number, record: JsonObject, version: string | undefined): void;
  /** Whether rows of this version may join those that are there. */
  fits(version: string | undefined): boolean;
  /** Mapped columns that no record had. */
  absent(): string[];
  clear(): void;
}

/** Marks of the protocol: taps and pipelines that know of deletions say so in one of these. */
const marks = ['_sdc_deleted_at', '__deleted'];
const noMark = new Set(['', '0', 'false', 'f', 'no', 'n', 'null']);
const readTime = compileDates(['iso'], 'UTC');

/** A feed per block of the mapping, by stream. */
export function createFeeds(
  mapping: FileMapping,
  run: { at: Temporal.Instant; currency: string | undefined; onReject: (stream: string, rejection: Rejection) => void },
): Map<string, StreamFeed[]> {
  const feeds = new Map<string, StreamFeed[]>();
  for (const [index, block] of mapping.entities.entries()) {
    const { stream } = block;
    if (!stream) continue;
    const shared = mapping.entities.some((other) => other !== block && other.stream?.name === stream.name);
    const onReject = (rejection: Rejection) => {
      feed.rejectedLines.add(rejection.line);
      run.onReject(stream.name, rejection);
    };
    const work = createWork({
      ...{ entities: [block], format: mapping.format, currency: run.currency, at: run.at, shared },
      ...{ asOf: () => undefined, onReject },
    });
    const feed = createFeed(`stage_${index}`, block, stream, work);
    feeds.set(stream.name, [...(feeds.get(stream.name) ?? []), feed]);
  }
  return feeds;
}

function createFeed(stage: string, block: EntityMapping, stream: StreamMapping, work: ImportWork): StreamFeed {
  const own = stream.deleted;
  const columns = [...work.columns, ...marks, ...(own ? [own.column] : [])];
  const finds = columns.map((column) => findIn(column, stream.each));
  const list = stream.each === undefined ? undefined : compilePath(stream.each);
  const conditions = (block.where ?? []).map((one) => ({ ...one, slot: work.columns.indexOf(one.column) }));
  const seen = new Set<string>();
  const [{ converter, counts }] = work.entities as [ImportWork['entities'][number]];

  /** What marks the row as deleted; undefined for one that is not. */
  const markOf = (values: readonly (string | null)[]): string | undefined => {
    for (let slot = work.columns.length; slot < columns.length; slot++) {
      const text = values[slot];
      if (text === null || text === undefined) continue;
      const texts = slot === work.columns.length + marks.length ? own?.texts : undefined;
      if (texts ? texts.has(text) : !noMark.has(text.toLowerCase())) return text;
    }
    return undefined;
  };

  const addRow = (line: number, record: JsonObject, item: unknown) => {
    const values = finds.map((find, slot) => {
      const value = find(record, item);
      if (value !== undefined) seen.add(columns[slot]!);
      return rawText(value);
    });
    const mark = markOf(values);
    if (mark === undefined) {
      feed.rows.push({ line, values });
      return;
    }
    // Of a deleted record little may be left: what is missing is no reason to leave it out.
    if (conditions.some(({ slot, texts, not }) => values[slot] != null && texts.has(values[slot]!) === not)) return;
    const moment = readTime(mark);
    const at = typeof moment === 'object' ? Temporal.Instant.from(moment.text) : undefined;
    feed.gone.push({ row: { line, values }, at });
  };

  const feed: StreamFeed = {
    ...{ stage, stream, entity: block.entity, converter, counts, unmapped: converter.unmapped, work },
    ...{ rows: [], gone: [], version: undefined, rejectedLines: new Set() },
    fits: (version) => (feed.rows.length === 0 && feed.gone.length === 0) || feed.version === version,
    add(line, record, version) {
      feed.version = version;
      if (!list) return addRow(line, record, undefined);
      const items = list(record);
      for (const item of Array.isArray(items) ? items : []) if (item !== null) addRow(line, record, item);
    },
    absent: () => (seen.size === 0 ? [] : work.columns.filter((column) => !seen.has(column))),
    clear() {
      feed.rows = [];
      feed.gone = [];
      feed.rejectedLines.clear();
    },
  };
  return feed;
}

/** Finds a column in a record; with `each`, what lies behind that path in the item of the list. */
function findIn(column: string, each: string | undefined): (record: JsonObject, item: unknown) => unknown {
  const behind = each !== undefined && column.startsWith(each) ? column.slice(each.length) : undefined;
  if (behind === '') return (_record, item) => item;
  const ofItem = behind?.startsWith('.') ? compilePath(behind.slice(1)) : undefined;
  if (ofItem) return (_record, item) => ofItem(item);
  const find: Find = compilePath(column);
  return (record) => find(record);
}
