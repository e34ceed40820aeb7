import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { EntityId } from '../../domain/entity.ts';

/** The records of one entity that one stream of a tap brought. */
export interface Tracked {
  tenantId: number;
  source: string;
  stream: string;
  entity: EntityId;
}

/** Notes that the records of a resolved temp table were seen with a version of their stream's table. */
export async function noteSeen(tx: Queryable, tracked: Tracked, table: string, version: string): Promise<void> {
  const { tenantId, source, stream, entity } = tracked;
  await tx.run(sql`
    insert into ops.singer_records as r (tenant_id, source, entity, id, stream, version)
    select ${tenantId}::bigint, ${source}, ${entity}, i.id, ${stream}, ${version}::bigint
    from ${raw(table)} i
    on conflict (tenant_id, source, entity, id, stream) do update set version = excluded.version
    where r.version <> excluded.version`);
}

/** The same for known records whose newest state could not be taken: they are still there. */
export async function noteStillThere(
  tx: Queryable,
  tracked: Tracked,
  ids: readonly string[],
  version: string,
): Promise<void> {
  const { tenantId, source, stream, entity } = tracked;
  await tx.run(sql`
    update ops.singer_records set version = ${version}::bigint
    where tenant_id = ${tenantId} and source = ${source} and entity = ${entity} and stream = ${stream}
      and id = any (${ids as string[]}::text[])`);
}

export async function forgetRecords(tx: Queryable, tracked: Tracked, ids: readonly string[]): Promise<void> {
  const { tenantId, source, stream, entity } = tracked;
  await tx.run(sql`
    delete from ops.singer_records
    where tenant_id = ${tenantId} and source = ${source} and entity = ${entity} and stream = ${stream}
      and id = any (${ids as string[]}::text[])`);
}

/** How many records of the stream there are, and how many of them have another version than this one. */
export async function countSeen(
  tx: Queryable,
  { tenantId, source, stream, entity }: Tracked,
  version: string,
): Promise<{ all: number; others: number }> {
  const [row] = await tx.query<{ all: number; others: number }>(sql`
    select count(*)::int as all, (count(*) filter (where version <> ${version}::bigint))::int as others
    from ops.singer_records
    where tenant_id = ${tenantId} and source = ${source} and entity = ${entity} and stream = ${stream}`);
  return row ?? { all: 0, others: 0 };
}

/**
 * Some ids of records with another version than this one, with whether another stream brings them too: those are not
 * gone.
 */
export function othersThan(
  tx: Queryable,
  { tenantId, source, stream, entity }: Tracked,
  version: string,
  limit: number,
): Promise<{ id: string; elsewhere: boolean }[]> {
  return tx.query(sql`
    select r.id, exists (
      select from ops.singer_records o
      where o.tenant_id = r.tenant_id and o.source = r.source and o.entity = r.entity and o.id = r.id and o.stream <> r.stream
    ) as elsewhere
    from ops.singer_records r
    where r.tenant_id = ${tenantId} and r.source = ${source} and r.entity = ${entity} and r.stream = ${stream}
      and r.version <> ${version}::bigint
    limit ${limit}`);
}
