import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import { CremaError } from '../lib/errors.ts';
import type { ListStream, Pace } from '../sources/stream.ts';
import type { StreamKey } from './state.ts';

/** Entries a pass did not show are asked for one by one, up to this many; of more, it takes two passes to believe it. */
const mostAsked = 50;

export interface Unseen {
  /** Stored, older than the pass, and on none of its pages. */
  ids: string[];
  /** Of those, not on the pages of the pass before either. */
  twice: Set<string>;
  /** Records stored now. */
  stored: number;
}

/** How many ids the pages of a pass have shown. */
export async function countSeen(db: Queryable, { tenantId, source, stream }: StreamKey, pass: number): Promise<number> {
  const [row] = await db.query<{ seen: number }>(sql`
    select count(distinct id)::int as seen
    from ops.sync_pages p cross join lateral unnest(p.ids) as shown (id)
    where p.tenant_id = ${tenantId} and p.source = ${source} and p.stream = ${stream} and p.pass = ${pass}`);
  return row!.seen;
}

/** What is stored and was not shown. What is newer than the pass (a webhook told it meanwhile) it could not show. */
export async function findUnseen(
  db: Queryable,
  { tenantId, source, stream }: StreamKey,
  entity: ListStream['entity'],
  pass: { number: number; version: number },
): Promise<Unseen> {
  const table = raw(entities[entity].table);
  const shown = (number: number) => sql`
    select distinct shown.id
    from ops.sync_pages p cross join lateral unnest(p.ids) as shown (id)
    where p.tenant_id = ${tenantId} and p.source = ${source} and p.stream = ${stream} and p.pass = ${number}`;
  const rows = await db.query<{ id: string; twice: boolean }>(sql`
    with now as materialized (${shown(pass.number)}), before as materialized (${shown(pass.number - 1)})
    select t.id, before.id is null and exists (select from before) as twice
    from ${table} t
    left join now on now.id = t.id
    left join before on before.id = t.id
    where t.tenant_id = ${tenantId} and t.source = ${source} and t.deleted_at is null and t.version < ${pass.version}
      and now.id is null
    order by t.id`);
  const [count] = await db.query<{ stored: number }>(sql`
    select count(*)::int as stored from ${table}
    where tenant_id = ${tenantId} and source = ${source} and deleted_at is null`);
  return {
    ids: rows.map(({ id }) => id),
    twice: new Set(rows.filter(({ twice }) => twice).map(({ id }) => id)),
    stored: count!.stored,
  };
}

/** Refuses to delete too much at once. */
export function guardMassDeletion(
  { source, stream }: StreamKey,
  unseen: Unseen,
  options: { limit: number; accept: boolean },
): void {
  const { ids, stored } = unseen;
  if (options.accept || ids.length <= stored * options.limit) return;
  throw new CremaError(
    'SYNC_MASS_DELETE',
    `${source}:${stream}: ${ids.length} of ${stored} records are gone at once, more than ${Math.round(options.limit * 100)} % (mass_delete_limit); nothing was deleted`,
    { remedy: `If they were really deleted: crema sync ${source}:${stream} --accept-deletes` },
  );
}

/**
 * Which of the unseen are really gone. A pass can miss an entry without noticing (one goes and one comes between the same
 * two pages), so the source is asked; where it cannot be, or there are too many, only what nothing speaks against counts:
 * a list that stood still, or two passes in a row that did not show it.
 */
export async function confirmGone(
  stream: ListStream,
  pace: Pace,
  unseen: Unseen,
  options: { accept: boolean; still: boolean },
): Promise<{ gone: string[]; alive: string[]; doubtful: number }> {
  const { ids, twice } = unseen;
  if (options.accept && ids.length > mostAsked) return { gone: ids, alive: [], doubtful: 0 };
  if (!stream.exists || ids.length > mostAsked) {
    const gone = stream.exists === undefined && options.still ? ids : ids.filter((id) => twice.has(id));
    return { gone, alive: [], doubtful: ids.length - gone.length };
  }
  const gone: string[] = [];
  const alive: string[] = [];
  for (const id of ids) ((await stream.exists(pace, id)) ? alive : gone).push(id);
  return { gone, alive, doubtful: 0 };
}
