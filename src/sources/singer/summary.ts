import type { EntityId } from '../../domain/entity.ts';
import { type Counts, listUnmapped, sumCounts } from '../files/summary.ts';
import type { StreamFeed } from './feeds.ts';
import type { Run } from './run.ts';

/** What became of the records of one entity. */
export interface SingerEntity extends Counts {
  entity: EntityId;
  deleted: number;
  unmapped: { field: string; value: string; rows: number }[];
  /** How far its stream is now; undefined where the run did not come to its end. */
  asOf: Temporal.Instant | undefined;
}

/** Records that an ACTIVATE_VERSION would have deleted, of all that a stream has. */
export interface Refused {
  stream: string;
  entity: EntityId;
  records: number;
  vanishing: number;
}

export interface SingerSummary {
  source: string;
  /** Records of mapped streams. */
  records: number;
  /** Records of streams that nothing maps, by stream. */
  ignored: Record<string, number>;
  rejected: number;
  deleted: number;
  commits: number;
  /** STATEs that were handed on. */
  states: number;
  entities: SingerEntity[];
  /** Deletions by ACTIVATE_VERSION that were too many to be believed; nothing of them was done. */
  refused: Refused[];
  /** Remarks on the mapping, such as a column that no record had. */
  notes: string[];
  /** Whether it was asked to end before its input did. */
  interrupted: boolean;
  seconds: number;
}

export function summarize(run: Run, end: { interrupted: boolean; seconds: number }): SingerSummary {
  const feeds = [...run.feeds.values()].flat();
  const asOf = run.streams.asOf();
  const entities = [...new Set(feeds.map(({ entity }) => entity.id))].map((entity) => {
    const own = feeds.filter((feed) => feed.entity.id === entity);
    return {
      entity,
      ...sumCounts(own.map(({ counts }) => counts)),
      deleted: sum(own.map((feed) => run.deleted.get(feed) ?? 0)),
      unmapped: own.flatMap(({ unmapped }) => listUnmapped(unmapped)),
      asOf: asOf[entity],
    };
  });
  const { records, states, commits } = run.totals;
  return {
    source: run.run.source,
    ...{ records, states, commits, entities },
    ignored: run.streams.ignoredRecords(),
    rejected: run.rejections,
    deleted: sum(entities.map(({ deleted }) => deleted)),
    refused: run.refused,
    notes: feeds.flatMap((feed) => [...notesOf(feed), ...keyNotes(run, feed)]),
    ...end,
  };
}

function notesOf(feed: StreamFeed): string[] {
  return feed.absent().map((column) => `stream ${feed.stream.name}: no record has "${column}"`);
}

/** An id that is no key of its stream may make one record of several. */
function keyNotes({ streams }: Run, { stream, converter, entity }: StreamFeed): string[] {
  const keys = streams.keyOf(stream.name);
  const id = converter.mapping.fields.find(({ name }) => name === 'id');
  if (!id || stream.partial || stream.each !== undefined || keys.length === 0 || keys.includes(id.column)) return [];
  return [`stream ${stream.name}: its key is ${keys.join(', ')}, the ${entity.id}'s id is "${id.column}"`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
