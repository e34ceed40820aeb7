import type { Tx } from '../../db/db.ts';
import { entities } from '../../domain/entities.ts';
import { versionOf, type WriteRun } from '../../ingest/batch.ts';
import { deleteEach } from '../../ingest/delete.ts';
import { type RecordBatch, writeRecords } from '../../sources/records.ts';
import type { Settled, StoredEvent } from './queue.ts';
import { eventTypeOf } from './types.ts';

/** Most events of one object in one transaction; the rest of them come next. */
const mostRounds = 25;

/** Events of one object one after the other, so that its history has every one of them; those of different objects at once. */
export function roundsOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const rounds: StoredEvent[][] = [];
  const seen = new Map<string, number>();
  for (const event of events) {
    if (event.entity === null) continue;
    const object = JSON.stringify([event.source, event.entity, event.object_id]);
    const round = seen.get(object) ?? 0;
    if (round === mostRounds) continue;
    seen.set(object, round + 1);
    rounds[round] ??= [];
    rounds[round].push(event);
  }
  return rounds;
}

/** Writes events of which no two are about one object. An event's version is when it occurred, in microseconds. */
export async function applyRound(
  tx: Tx,
  run: WriteRun,
  events: readonly StoredEvent[],
): Promise<{ settled: Settled[]; inserted: number }> {
  const settled: Settled[] = [];
  let inserted = 0;
  const known = events.filter((event) => {
    if (eventTypeOf(event.type)) return true;
    settled.push({ event, outcome: 'ignored', reason: 'no type that is known' });
    return false;
  });
  const [deletions, parts] = [true, false].map((deletes) =>
    known.filter((event) => (eventTypeOf(event.type)?.deletes ?? false) === deletes),
  ) as [StoredEvent[], StoredEvent[]];

  const groups = [...Map.groupBy(parts, keyOf).values()];
  const written = groups.length === 0 ? [] : await writeRecords(tx, run, groups.map(batchOf));
  for (const [index, group] of groups.entries()) {
    const { waiting, rejected, inserted: fresh } = written[index]!;
    inserted += fresh;
    const refused = new Map(rejected.map((one) => [one.index, one]));
    const unknown = new Set(waiting);
    for (const [place, event] of group.entries()) {
      const refusal = refused.get(place);
      if (refusal) {
        const reason = refusal.field ? `${refusal.field} ${refusal.reason}` : refusal.reason;
        settled.push({ event, outcome: 'rejected', reason });
      } else if (unknown.has(event.object_id!)) {
        settled.push({ event, outcome: 'waiting', reason: `nobody has described ${event.entity} ${event.object_id}` });
      } else settled.push({ event, outcome: 'applied', reason: null });
    }
  }
  for (const group of Map.groupBy(deletions, keyOf).values()) {
    const { entity, source } = group[0]!;
    const records = group.map(({ object_id, occurred_at }) => ({
      id: object_id!,
      version: versionOf(occurred_at),
      at: occurred_at,
    }));
    await deleteEach(tx, run, { entity: entities[entity!], source, records });
    for (const event of group) settled.push({ event, outcome: 'applied', reason: null });
  }
  return { settled, inserted };
}

/** What is written at once: one source's records of one entity. */
function keyOf({ source, entity }: StoredEvent): string {
  return `${source} ${entity}`;
}

/** Without `asOf`: an event says nothing about those that may have been lost before it. */
function batchOf(events: readonly StoredEvent[]): RecordBatch {
  const { entity, source } = events[0]!;
  return {
    entity: entity!,
    source,
    records: events.map(({ occurred_at, body }) => ({ version: versionOf(occurred_at), values: body })),
    partial: true,
    version: 'time',
  };
}
