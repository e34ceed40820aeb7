import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { EntityId } from '../domain/entity.ts';
import type { Source, Stream } from '../sources/stream.ts';
import { loadFew } from './objects.ts';
import { type Plan, planCalls } from './plan.ts';

/** What the calls of a source can do, from what is stored of it now. */
export async function planFor(db: Queryable, tenantId: number, source: Source, now: Temporal.Instant): Promise<Plan> {
  const streams = [];
  for (const stream of source.streams) {
    const { id, what, everyMinutes, atLeastMinutes, share } = stream;
    streams.push({
      id,
      what,
      everyMinutes,
      atLeastMinutes,
      share,
      calls: await callsOf(db, tenantId, source.name, stream, now),
    });
  }
  return planCalls(source.quota, streams);
}

/** Calls that one reading of everything takes. */
async function callsOf(
  db: Queryable,
  tenantId: number,
  source: string,
  stream: Stream,
  now: Temporal.Instant,
): Promise<number> {
  if (stream.shape === 'check') return 1;
  if (stream.shape === 'list')
    return Math.max(1, Math.ceil((await countStored(db, tenantId, source, stream.entity)) / stream.pageSize));
  if (stream.isDue === undefined) return countStored(db, tenantId, source, stream.of);
  const few = await loadFew(db, { tenantId, source, stream: stream.id }, stream.of);
  return few.filter((object) => stream.isDue?.({ ...object, visitedAt: null }, now)).length;
}

async function countStored(db: Queryable, tenantId: number, source: string, entity: EntityId): Promise<number> {
  const [row] = await db.query<{ records: number }>(sql`
    select count(*)::int as records from ${raw(entities[entity].table)}
    where tenant_id = ${tenantId} and source = ${source} and deleted_at is null`);
  return row!.records;
}
