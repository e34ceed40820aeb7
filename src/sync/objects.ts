import sql, { raw } from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { EntityId } from '../domain/entity.ts';
import type { Visit, Visited, VisitStream } from '../sources/stream.ts';
import type { StreamRun } from './run.ts';
import type { StreamKey } from './state.ts';

/** An object that may be visited, with how its last visit ended. */
export interface KnownObject extends Visited {
  unfinished: boolean;
}

/**
 * Notes that objects exist, for the streams that visit them. One that no complete pass before `since` has shown did not
 * exist then: nothing of it from before is missing.
 */
export async function knowObjects(
  tx: Tx,
  run: StreamRun,
  entity: EntityId,
  ids: readonly string[],
  since: Temporal.Instant | null,
): Promise<void> {
  if (since === null || ids.length === 0) return;
  const streams = run.source.streams.filter(
    (stream) => stream.shape === 'visit' && stream.of === entity && movesAll(stream),
  );
  for (const stream of streams) {
    await tx.run(sql`
      insert into ops.sync_objects (tenant_id, source, stream, object_id, guaranteed_at)
      select ${run.key.tenantId}::bigint, ${run.key.source}, ${stream.id}, o.id, ${since.toString()}::timestamptz
      from unnest(${[...new Set(ids)]}::text[]) as o (id)
      on conflict (tenant_id, source, stream, object_id) do nothing`);
  }
}

/** Whether a stream's watermark is the oldest of all its objects. */
export function movesAll(stream: VisitStream): boolean {
  return stream.entity !== undefined && stream.isDue === undefined;
}

/** Every object of which there are few, for the stream to choose. */
export async function loadFew(
  db: Queryable,
  { tenantId, source, stream }: StreamKey,
  of: EntityId,
): Promise<KnownObject[]> {
  return db.query<KnownObject>(sql`
    select ${objectColumns(of)}
    from ${raw(entities[of].table)} t
    left join ops.sync_objects o
      on o.tenant_id = t.tenant_id and o.source = t.source and o.stream = ${stream} and o.object_id = t.id
    where t.tenant_id = ${tenantId} and t.source = ${source} and t.deleted_at is null
    order by o.visited_at nulls first, t.id`);
}

/** An object is visited again after this part of the time since it was last active: what was quiet for long stays so. */
const activePart = 0.1;

/** No chat is so active that it is visited more often than this, in seconds. */
const shortestPauseSeconds = 240;

/**
 * The objects to visit now, the most urgent first: what was interrupted, then in turn what was active lately and what was
 * not visited for the longest time. Neither what is busy nor what is quiet can crowd out the other.
 */
export async function loadUrgent(
  db: Queryable,
  { tenantId, source, stream }: StreamKey,
  { of, everyMinutes }: VisitStream,
  { now, most, full }: { now: Temporal.Instant; most: number; full: boolean },
): Promise<KnownObject[]> {
  const at = sql`${now.toString()}::timestamptz`;
  // A few minutes of grace: runs come at intervals, and would else find nothing due until the one after.
  const due = full
    ? sql`true`
    : sql`(o.visited_at is null or o.visited_at <= ${at} - make_interval(mins => ${Math.ceil(everyMinutes * 0.95)}))`;
  const mine = sql`t.tenant_id = ${tenantId} and t.source = ${source} and t.deleted_at is null`;
  const itsObject = sql`
    o.tenant_id = t.tenant_id and o.source = t.source and o.stream = ${stream} and o.object_id = t.id`;
  return db.query<KnownObject>(sql`
    with active as (
      select ${objectColumns(of)}, row_number() over (order by urgency.pauses desc, t.id) as rank
      from ${raw(entities[of].table)} t
      join ops.sync_objects o on ${itsObject}
      cross join lateral (
        select extract(epoch from ${at} - o.visited_at)
          / greatest(${shortestPauseSeconds}::float8, ${activePart}::float8 * extract(epoch from ${at} - o.active_at)) as pauses
      ) as urgency
      where ${mine} and o.active_at is not null and not o.unfinished and urgency.pauses >= 1
      limit ${most}
    ), oldest as (
      select ${objectColumns(of)},
        row_number() over (order by o.unfinished is true desc, o.visited_at nulls first, t.id) as rank
      from ${raw(entities[of].table)} t
      left join ops.sync_objects o on ${itsObject}
      where ${mine} and (o.unfinished is true or ${due})
      limit ${most}
    ), chosen as (
      select distinct on (id) *
      from (select *, 1 as turn from active union all select *, 0 from oldest) as named
      order by id, rank, turn
    )
    select id, status, cursor, "visitedAt", unfinished from chosen
    order by unfinished desc, rank, turn desc, id
    limit ${most}`);
}

function objectColumns(of: EntityId) {
  const status = raw('status' in entities[of].fields ? 't.status' : 'null::text');
  return sql`
    t.id, ${status} as status, coalesce(o.cursor, '{}') as cursor, o.visited_at as "visitedAt",
    coalesce(o.unfinished, false) as unfinished`;
}

/** Keeps how far an object was read, in the transaction of what was read. */
export async function moveObject(
  tx: Queryable,
  { tenantId, source, stream }: StreamKey,
  id: string,
  visit: Pick<Visit, 'cursor' | 'done' | 'activeAt'>,
  askedAt: Temporal.Instant,
): Promise<void> {
  const at = visit.done ? askedAt.toString() : null;
  await tx.run(sql`
    insert into ops.sync_objects as o (tenant_id, source, stream, object_id, cursor, unfinished, visited_at, guaranteed_at, active_at)
    values (${tenantId}, ${source}, ${stream}, ${id}, ${JSON.stringify(visit.cursor)}::jsonb, ${!visit.done},
      ${at}::timestamptz, ${at}::timestamptz, ${visit.activeAt?.toString() ?? null}::timestamptz)
    on conflict (tenant_id, source, stream, object_id) do update
    set cursor = excluded.cursor, unfinished = excluded.unfinished,
      visited_at = coalesce(excluded.visited_at, o.visited_at),
      guaranteed_at = greatest(o.guaranteed_at, excluded.guaranteed_at),
      active_at = greatest(o.active_at, excluded.active_at)`);
}

/**
 * Up to when everything of every object is stored: the oldest of them, and never later than the last complete list of
 * the objects themselves. Undefined while one was never read.
 */
export async function oldestGuarantee(
  db: Db,
  { tenantId, source, stream }: StreamKey,
  of: EntityId,
): Promise<Temporal.Instant | undefined> {
  const [row] = await db.query<{
    oldest: Temporal.Instant | null;
    unknown: number;
    listed: Temporal.Instant | null;
  }>(sql`
    select min(o.guaranteed_at) as oldest, count(*) filter (where o.guaranteed_at is null)::int as unknown,
      (select s.as_of from ops.streams s where s.tenant_id = ${tenantId} and s.source = ${source} and s.stream = ${of}) as listed
    from ${raw(entities[of].table)} t
    left join ops.sync_objects o
      on o.tenant_id = t.tenant_id and o.source = t.source and o.stream = ${stream} and o.object_id = t.id
    where t.tenant_id = ${tenantId} and t.source = ${source} and t.deleted_at is null`);
  const { oldest, unknown, listed } = row!;
  if (listed === null || unknown > 0) return undefined;
  if (oldest === null) return listed;
  return Temporal.Instant.compare(oldest, listed) < 0 ? oldest : listed;
}
