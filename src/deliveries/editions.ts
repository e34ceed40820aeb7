import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';

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
    await db.run(sql`
      insert into ops.editions (tenant_id, kind, subject, slot, view_key, viewer, made_at, content)
      values (${tenantId}, ${key.kind}, ${key.subject}, ${key.slot}, ${viewKey}, ${key.viewer},
        ${clock.now().toString()}, ${JSON.stringify(content)}::jsonb)
      on conflict (tenant_id, kind, subject, slot, view_key) do nothing`);
    return (await find(key, viewKey))!;
  }

  return {
    async once<Content>(key: EditionKey, make: () => Promise<Content>): Promise<Edition<Content>> {
      const viewKey = createHash('sha256')
        .update(JSON.stringify([key.viewer, key.view]))
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
