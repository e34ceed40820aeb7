import sql, { raw } from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../../db/db.ts';
import { dropMade, makeConversations } from './make.ts';
import { storedFacts } from './store.ts';
import { lockConversations } from './sweep.ts';
import { type FactTable, factTables } from './tables.ts';

/** Chats that are made again at once. */
const page = 5_000;
const most = 100;

/** A stored fact that the messages do not come to; `column` is `id` where a row is missing on one side. */
export interface DifferingConversation {
  source: string;
  chat: string;
  id: string;
  table: string;
  column: string;
  stored: string | null;
  made: string | null;
}

export interface VerifiedConversations {
  chats: number;
  /** Facts that differ; at most 100 of them are listed. */
  differing: number;
  examples: DifferingConversation[];
}

/** Every chat of the tenant that has messages, a conversation or facts. */
function allChats(tenantId: number) {
  return sql`
    select source, chat from crm.counted_messages where tenant_id = ${tenantId} and chat is not null and deleted_at is null
    union
    select source, 'c:' || id from crm.conversations where tenant_id = ${tenantId} and deleted_at is null
    union
    select source, chat from crm.conversation_stretches where tenant_id = ${tenantId}
    union
    select source, chat from crm.conversation_responses where tenant_id = ${tenantId}`;
}

/** Marks every chat to be looked at again by the next sweep, from its first message to its last. */
export async function markAllChats(db: Queryable, tenantId: number): Promise<void> {
  await db.run(sql`
    insert into ops.conversation_marks (tenant_id, source, chat)
    select ${tenantId}::bigint, source, chat from (${allChats(tenantId)}) as every`);
}

/** Marks the chats of facts found to differ, for the next sweep. */
export async function markDiffering(
  db: Queryable,
  tenantId: number,
  facts: readonly Pick<DifferingConversation, 'source' | 'chat'>[],
): Promise<void> {
  await db.run(sql`
    insert into ops.conversation_marks (tenant_id, source, chat)
    select distinct ${tenantId}::bigint, k.source, k.chat
    from unnest(${facts.map(({ source }) => source)}::text[], ${facts.map(({ chat }) => chat)}::text[]) as k (source, chat)`);
}

/**
 * Makes the conversations of every chat again from all its messages and compares with what is stored, under the locks of
 * both streams; a chat that still waits for the sweep is left out. A difference is a defect.
 */
export async function verifyConversations(db: Db, tenantId: number): Promise<VerifiedConversations> {
  return db.tx(async (tx) => {
    await lockConversations(tx, tenantId);
    await tx.run(sql`
      create temp table every_chat on commit drop as
      select source, chat, row_number() over (order by source, chat) as place
      from (${allChats(tenantId)}) as c
      where not exists (
        select from ops.conversation_marks m where m.tenant_id = ${tenantId} and m.source = c.source and m.chat = c.chat)`);
    await tx.run(sql`alter table every_chat add primary key (place)`);
    const [count] = await tx.query<{ chats: number }>(sql`select count(*)::int as chats from every_chat`);
    const verified: VerifiedConversations = { chats: count?.chats ?? 0, differing: 0, examples: [] };
    for (let from = 0; from < verified.chats; from += page) {
      await tx.run(sql`
        create temp table spans on commit drop as
        select source, chat, '-infinity'::timestamptz as from_at, 'infinity'::timestamptz as to_at
        from every_chat where place > ${from} and place <= ${from + page}`);
      await tx.run(sql`analyze spans`);
      await makeConversations(tx, tenantId);
      for (const facts of factTables) await compareFacts(tx, tenantId, facts, verified);
      await dropMade(tx);
      await tx.run(sql`drop table spans`);
    }
    return verified;
  });
}

async function compareFacts(
  tx: Tx,
  tenantId: number,
  facts: FactTable,
  verified: VerifiedConversations,
): Promise<void> {
  const { table, made, columns } = facts;
  const cells = columns
    .filter((name) => name !== 'source')
    .map((name) => `('${name}', k.${name}::text, m.${name}::text)`);
  await tx.run(sql`
    create temp table differing on commit drop as
    select coalesce(m.source, k.source) as source, coalesce(m.chat, k.chat) as chat, coalesce(m.id, k.id) as id, ${table}::text as table, cell.*
    from ${raw(made)} m
    full join (${storedFacts(tenantId, facts)}) as k on k.source = m.source and k.id = m.id
    cross join lateral (values ${raw(cells.join(', '))}) as cell ("column", stored, made)
    where cell.stored is distinct from cell.made`);
  const [count] = await tx.query<{ cells: number }>(sql`select count(*)::int as cells from differing`);
  verified.differing += count?.cells ?? 0;
  const room = most - verified.examples.length;
  if (room > 0)
    verified.examples.push(
      ...(await tx.query<DifferingConversation>(sql`
        select * from differing order by source, id, "column" limit ${room}`)),
    );
  await tx.run(sql`drop table differing`);
}
