import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';
import type { RawFile } from './artifacts.ts';

/** A digest or report as it was made for one view of one slot. */
export interface Edition<Content> {
  editionId: number;
  kind: string;
  subject: string;
  /** Local date it is of. */
  slot: string;
  /** With whose rights it was made. */
  viewer: string;
  madeAt: Temporal.Instant;
  content: Content;
}

export interface EditionKey {
  kind: 'digest' | 'report' | 'kpi';
  subject: string;
  slot: string;
  viewer: string;
  /** What the viewer may see: whoever may see the same gets the same edition. Left out: the viewer alone does. */
  sees?: unknown;
  /** Whatever else makes two readers' copies differ: shapes, zone, chosen KPIs, period. */
  view: unknown;
}

export interface Editions {
  /**
   * The edition of this view, made now unless it is there. Of several processes that make it at once one's is kept, and all
   * get that one: what was delivered to two readers of the same view is the same.
   */
  once<Content>(key: EditionKey, make: () => Promise<Content>): Promise<Edition<Content>>;
}

const columns = sql`edition_id as "editionId", kind, subject, slot, viewer, made_at as "madeAt", content`;

export function createEditions(deps: { db: Db; tenantId: number; clock: Clock }): Editions {
  const { db, tenantId, clock } = deps;
  /** Being made in this process, by view. */
  const making = new Map<string, Promise<unknown>>();

  async function find(key: EditionKey, viewKey: string): Promise<Edition<unknown> | undefined> {
    const [row] = await db.query<Edition<unknown>>(sql`
      select ${columns} from ops.editions
      where tenant_id = ${tenantId} and kind = ${key.kind} and subject = ${key.subject} and slot = ${key.slot}
        and view_key = ${viewKey}`);
    return row;
  }

  async function build(key: EditionKey, viewKey: string, make: () => Promise<unknown>): Promise<Edition<unknown>> {
    const there = await find(key, viewKey);
    if (there) return there;
    const content = await make();
    const madeAt = clock.now().toString();
    const [kept] = await db.query<Edition<unknown>>(sql`
      insert into ops.editions (tenant_id, kind, subject, slot, view_key, viewer, made_at, content)
      values (${tenantId}, ${key.kind}, ${key.subject}, ${key.slot}, ${viewKey}, ${key.viewer},
        ${madeAt}, ${JSON.stringify(content)}::jsonb)
      on conflict (tenant_id, kind, subject, slot, view_key) do nothing
      returning ${columns}`);
    return kept ?? (await find(key, viewKey))!;
  }

  return {
    async once<Content>(key: EditionKey, make: () => Promise<Content>): Promise<Edition<Content>> {
      const viewKey = createHash('sha256')
        .update(JSON.stringify([key.sees ?? key.viewer, key.view]))
        .digest('hex')
        .slice(0, 32);
      const name = JSON.stringify([key.kind, key.subject, key.slot, viewKey]);
      const made = making.get(name) ?? build(key, viewKey, make);
      making.set(name, made);
      try {
        return (await made) as Edition<Content>;
      } finally {
        making.delete(name);
      }
    },
  };
}

/**
 * The files of an edition, made now unless they are there: everybody it goes to gets the same bytes. Of several processes
 * that make them at once one's are kept, all of them together.
 */
export async function filesOnce(
  db: Db,
  tenantId: number,
  editionId: number,
  make: () => Promise<readonly RawFile[]>,
): Promise<readonly RawFile[]> {
  const read = (from: Queryable) =>
    from.query<RawFile>(sql`
      select name, media_type as "mediaType", bytes from ops.edition_files
      where tenant_id = ${tenantId} and edition_id = ${editionId} order by name`);
  const there = await read(db);
  if (there.length > 0) return there;
  const made = await make();
  return db.tx(async (tx) => {
    await tx.query(sql`
      select 1 from ops.editions where tenant_id = ${tenantId} and edition_id = ${editionId} for update`);
    const others = await read(tx);
    if (others.length > 0) return others;
    for (const { name, mediaType, bytes } of made)
      await tx.run(sql`
        insert into ops.edition_files (tenant_id, edition_id, name, media_type, bytes)
        values (${tenantId}, ${editionId}, ${name}, ${mediaType}, ${bytes})`);
    return made;
  });
}

/** An edition by its id, for sending it again or changing what was sent. */
export async function editionOf<Content>(
  db: Queryable,
  tenantId: number,
  editionId: number,
): Promise<Edition<Content> | undefined> {
  const [row] = await db.query<Edition<Content>>(sql`
    select ${columns} from ops.editions where tenant_id = ${tenantId} and edition_id = ${editionId}`);
  return row;
}
