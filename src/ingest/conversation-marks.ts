import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import type { Entity } from '../domain/entity.ts';
import type { Batch } from './batch.ts';
import { writtenFields } from './compare.ts';

/** What a message says that its conversation is made of: a change of nothing else (its status, say) leaves that alone. */
const conversationFields = [
  'conversation_id',
  'contact_id',
  'direction',
  'sender_kind',
  'operator_id',
  'campaign_id',
  'channel',
  'account_id',
  'sent_at',
] as const;

/** A conversation may be one of the source, or a contact's chat under the contact's id. */
const chatKinds = ['c:', 'u:'];

/** Where a message belongs, as crm.counted_messages has it. */
function chatOf(column: (name: string) => Sql): Sql {
  return sql`case
    when ${column('conversation_id')} is not null and ${column('conversation_id')} is distinct from ${column('contact_id')}
      then 'c:' || ${column('conversation_id')}
    when ${column('contact_id')} is not null then 'u:' || ${column('contact_id')}
  end`;
}

/**
 * Marks the chats whose conversations a compared batch changes, and around when: where its messages lie now, and where they
 * are to be. To be called in the transaction that writes them, before it does, under the writer's lock: so a mark commits with
 * its cause. Messages of a chat with no longer silence between them share a mark.
 */
export async function markConversations(tx: Tx, tenantId: number, batch: Batch): Promise<void> {
  const { entity, source } = batch;
  if (entity.id === 'conversation') {
    await tx.run(sql`
      insert into ops.conversation_marks (tenant_id, source, chat)
      select ${tenantId}::bigint, ${source}, kind || id from compared cross join unnest(${chatKinds}::text[]) as kind
      where outcome in ('inserted', 'updated')`);
    return;
  }
  if (entity.id !== 'message') return;
  const written = writtenFields(batch);
  const before = (name: string) => raw(`t.${name}`);
  const after = (name: string) => raw(written.includes(name) ? `c.${name}` : `t.${name}`);
  const list = (column: (name: string) => Sql) => conversationFields.map((name) => column(name));
  const differs = list(before).map((old, index) => sql`or ${old} is distinct from ${list(after)[index]!}`);
  await insertMarks(
    tx,
    tenantId,
    source,
    sql`
      select place.chat, place.at
      from compared c
      left join crm.messages t
        on t.tenant_id = ${tenantId} and t.source = ${source} and t.id = c.id and t.sent_at = c.stored_part
      cross join lateral (
        values (${chatOf(before)}, t.sent_at), (${chatOf(after)}, ${after('sent_at')})
      ) as place (chat, at)
      where c.outcome = 'inserted'
        or (c.outcome = 'updated' and (t.deleted_at is not null ${join(differs, ' ')}))`,
  );
}

/** Marks the chats of records about to be deleted, by the temp table `deleted` (id, known, part of a message). */
export async function markDeletedConversations(
  tx: Tx,
  tenantId: number,
  { entity, source }: { entity: Entity; source: string },
): Promise<void> {
  if (entity.id === 'conversation')
    await tx.run(sql`
      insert into ops.conversation_marks (tenant_id, source, chat)
      select ${tenantId}::bigint, ${source}, kind || id from deleted cross join unnest(${chatKinds}::text[]) as kind
      where known`);
  if (entity.id !== 'message') return;
  await insertMarks(
    tx,
    tenantId,
    source,
    sql`
      select t.chat, t.sent_at
      from deleted d
      join crm.counted_messages t
        on t.tenant_id = ${tenantId} and t.source = ${source} and t.id = d.id and t.sent_at = d.part
      where d.known`,
  );
}

/** `places` selects chat and instant of messages. A conversation of the source is always looked at as a whole. */
async function insertMarks(tx: Tx, tenantId: number, source: string, places: Sql): Promise<void> {
  await tx.run(sql`
    insert into ops.conversation_marks (tenant_id, source, chat, from_at, to_at)
    select ${tenantId}::bigint, ${source}, m.chat,
      case when m.chat like 'u:%' then lower(stretch) end, case when m.chat like 'u:%' then upper(stretch) - interval '24 hours' end
    from (
      select p.chat, range_agg(
        case when p.chat like 'u:%' then tstzrange(p.at, p.at + interval '24 hours', '[]') else '(,)'::tstzrange end
      ) as times
      from (${places}) as p (chat, at)
      where p.chat is not null
      group by p.chat
    ) as m
    cross join lateral unnest(m.times) as stretch`);
}
