import sql from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../../db/db.ts';
import { lockStream } from '../../db/locks.ts';
import { refreshStatistics } from '../../db/statistics.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import { dropMade, makeConversations } from './make.ts';
import { storeFacts } from './store.ts';
import { factTables, soughtColumns } from './tables.ts';

/** Marks per transaction: few enough that a writer never waits long for the lock. */
const chunk = 2_000;

export interface ConversationsSwept {
  /** Chats looked at again, and stored facts that changed by it. */
  chats: number;
  changed: number;
}

/**
 * Makes the conversations of every marked chat again, and stores what is other than before. Of a contact's chat, which
 * never ends, only the stretches around the changed messages are read: a silence of more than 24 hours ends what a message can
 * change. In chunks, each a transaction under the locks of both streams; a change that commits later has its own mark.
 */
export async function sweepConversations(
  db: Db,
  tenant: TenantZone,
  options: { onProgress?: (swept: ConversationsSwept) => void } = {},
): Promise<ConversationsSwept> {
  const swept: ConversationsSwept = { chats: 0, changed: 0 };
  let unseen = 0;
  while (await isAnythingMarked(db, tenant.tenantId)) {
    const done = await db.tx((tx) => sweepChunk(tx, tenant));
    swept.chats += done.chats;
    swept.changed += done.changed;
    unseen += done.changed;
    // Each chunk looks into what the ones before have stored.
    if (unseen >= 10 * chunk) {
      for (const facts of factTables) await refreshStatistics(db, facts.table, soughtColumns(facts), unseen);
      unseen = 0;
    }
    options.onProgress?.(swept);
  }
  for (const facts of factTables) await refreshStatistics(db, facts.table, soughtColumns(facts), unseen);
  return swept;
}

/** Asked without the locks: an idle sweep waits for no writer. */
async function isAnythingMarked(db: Db, tenantId: number): Promise<boolean> {
  const [row] = await db.query<{ marked: boolean }>(sql`
    select exists (select from ops.conversation_marks where tenant_id = ${tenantId}) as marked`);
  return row?.marked ?? false;
}

/** Locks both streams that conversations are made of, in the order of the writers. */
export async function lockConversations(tx: Queryable, tenantId: number): Promise<void> {
  await lockStream(tx, tenantId, 'message');
  await lockStream(tx, tenantId, 'conversation');
}

async function sweepChunk(tx: Tx, tenant: TenantZone): Promise<ConversationsSwept> {
  const { tenantId } = tenant;
  await lockConversations(tx, tenantId);
  const chats = await takeMarks(tx, tenantId);
  if (chats === 0) return { chats, changed: 0 };
  await spanMarked(tx, tenantId);
  await makeConversations(tx, tenantId);
  let changed = 0;
  for (const facts of factTables) changed += await storeFacts(tx, tenant, facts);
  await dropMade(tx);
  await tx.run(sql`drop table marked, spans`);
  return { chats, changed };
}

/**
 * Takes the marks of some chats away, all of each, into the temp table `marked`, with the times that a message within 24
 * hours of them could change. Returns of how many chats.
 */
async function takeMarks(tx: Tx, tenantId: number): Promise<number> {
  const chats = await tx.query<{ source: string; chat: string }>(sql`
    select distinct source, chat from (
      select source, chat from ops.conversation_marks where tenant_id = ${tenantId}
      order by source, chat, id limit ${chunk}
    ) as first
    order by source, chat`);
  const [first, last] = [chats.at(0), chats.at(-1)];
  if (!first || !last) return 0;
  // All between the first and the last of them: asked for by a list, the planner goes through all marks that wait.
  await tx.run(sql`create temp table marked (source text, chat text, times tstzmultirange) on commit drop`);
  await tx.run(sql`
    with taken as (
      delete from ops.conversation_marks
      where tenant_id = ${tenantId} and (source, chat) >= (${first.source}, ${first.chat})
        and (source, chat) <= (${last.source}, ${last.chat})
      returning source, chat, from_at, to_at
    )
    insert into marked (source, chat, times)
    select source, chat, range_agg(tstzrange(from_at - interval '24 hours', to_at + interval '24 hours', '[]'))
    from taken
    group by source, chat`);
  await tx.run(sql`analyze marked`);
  return chats.length;
}

/**
 * The temp table `spans`: of each marked chat the times to read, widened to whole stretches as they are stored. What lies
 * outside is more than 24 hours of silence away from all that changed.
 */
async function spanMarked(tx: Tx, tenantId: number): Promise<void> {
  await tx.run(sql`
    create temp table spans on commit drop as
    select k.source, k.chat, coalesce(lower(span), '-infinity') as from_at, coalesce(upper(span), 'infinity') as to_at
    from (
      select w.source, w.chat, range_agg(w.times) as times
      from (
        select source, chat, unnest(times) as times from marked
        union all
        select m.source, m.chat, tstzrange(f.active_from, f.last_message_at, '[]')
        from (select source, chat, unnest(times) as times from marked where chat like 'u:%') as m
        cross join lateral (
          select active_from, last_message_at from crm.conversation_stretches
          where tenant_id = ${tenantId} and source = m.source and chat = m.chat
            and active_from <= coalesce(upper(m.times), 'infinity')
            and last_message_at >= coalesce(lower(m.times), '-infinity')
          offset 0
        ) as f
      ) as w
      group by w.source, w.chat
    ) as k
    cross join lateral unnest(k.times) as span`);
  await tx.run(sql`analyze spans`);
}
