import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { ensurePartitions, type PartitionedTable } from '../../db/partitions.ts';
import { accountOf, chance, now, oneOf, source, teams } from '../company.ts';
import { withoutIndexes } from './indexes.ts';

/** A history of chats: about so many messages, spread evenly over the days up to now. */
export interface Chats {
  messages: number;
  days: number;
  operators: number;
}

/** Messages of a session, by its number: ten on average. */
const lengths = [4, 7, 11, 18];
const perSession = 10;
/** Messages per contact, on average. */
const perContact = 50;

export function contactsOf({ messages }: Chats): number {
  return Math.ceil(messages / perContact);
}

/**
 * Contacts, conversations and messages. A contact comes back every few months, the first ones have been there longest. Seven
 * in ten write in a chat that never ends; of the others the source says which conversation a message is in. Nine in ten
 * sessions are in the daytime; most begin with the contact, the others with a campaign. Returns how many messages there are:
 * the last sessions are not over yet. Straight into the tables, so nothing is marked.
 */
export async function addChats(db: Db, tenantId: number, chats: Chats): Promise<number> {
  await makePartitions(db, 'crm.messages', chats.days);
  await addContacts(db, tenantId, chats);
  await db.run(sql`
    insert into crm.conversations (
      tenant_id, source, id, contact_id, channel, status, started_at, closed_at, operator_id, team_id, account_id, handled_by,
      version
    )
    select
      ${tenantId}::bigint, ${source}, conversation_id, contact_id, channel,
      case when ended_at > ${end} then 'handled' when ${chance(31)} < 0.05 then 'unhandled' else 'resolved' end,
      started_at, case when ended_at <= ${end} and ${chance(31)} >= 0.05 then ended_at end,
      operator_id, team_id, account_id, null, ${microseconds(sql`started_at`)}
    from (select *, started_at + (length + 1) * pace as ended_at from (${sessions(chats, 1, sessionsOf(chats))}) as t) as s
    where conversation_id is not null and started_at <= ${end}`);
  // Halves of the history lie in partitions of their own: two connections fill them at once.
  const count = sessionsOf(chats);
  const half = Math.ceil(count / 2);
  const written = await withoutIndexes(db, 'crm.messages', () =>
    Promise.all([
      addMessages(db, tenantId, sessions(chats, 1, half)),
      addMessages(db, tenantId, sessions(chats, half + 1, count)),
    ]),
  );
  await db.run(sql`vacuum (analyze, parallel 2) crm.messages`);
  await db.run(sql`analyze crm.conversations`);
  return written.reduce((sum, rows) => sum + rows, 0);
}

const end = sql`${now.toString()}::timestamptz`;

function sessionsOf({ messages }: Chats): number {
  return Math.ceil(messages / perSession);
}

/** Partitions for so many days up to now. */
export async function makePartitions(db: Db, table: PartitionedTable, days: number): Promise<void> {
  const dates = Array.from({ length: days + 1 }, (_, ago) =>
    now
      .subtract({ hours: 24 * ago })
      .toString()
      .slice(0, 10),
  );
  await db.tx((tx) => ensurePartitions(tx, table, dates));
}

async function addContacts(db: Db, tenantId: number, chats: Chats): Promise<void> {
  const contacts = contactsOf(chats);
  const secondsBetween = (chats.days * 86_400) / contacts;
  await db.run(sql`
    insert into crm.contacts (
      tenant_id, source, id, name, phone, created_at, updated_at, status, account_id, origin, segment, country, version,
      deleted_at, first_seen_at
    )
    select
      ${tenantId}::bigint, ${source}, 'contact-' || i, 'Contact ' || i, '+4930' || 1000000 + i, created_at, created_at,
      ${oneOf(42, ['active', 'active', 'active', 'inactive'])}, ${accountOf('i')},
      ${oneOf(43, ['whatsapp', 'web', 'import', 'ads', 'referral'])}, ${oneOf(44, ['new', 'regular', 'vip', 'lost'])},
      ${oneOf(45, ['DE', 'AT', 'CH', 'BR', 'MX', 'ES', 'IT', 'FR', 'GB', 'US', 'IN', 'ZA'])}, ${microseconds(sql`created_at`)},
      case when ${chance(46)} < 0.03 then created_at + ${chance(47)} * (${end} - created_at) end, created_at
    from generate_series(1, ${contacts}::int) as g (i)
    cross join lateral (
      select ${end} - (${contacts}::int - i + 1) * ${secondsBetween}::float8 * interval '1 second' as created_at
    ) as c`);
  await db.run(sql`analyze crm.contacts`);
}

function microseconds(instant: Sql): Sql {
  return sql`(extract(epoch from ${instant}) * 1000000)::bigint`;
}

/**
 * Stretches of chat from the `first` to the `last`: who with whom, when, and how long it takes from message to message.
 * `offset 0`: else every use of a column would work it out again.
 */
function sessions(chats: Chats, first: number, last: number): Sql {
  const count = sessionsOf(chats);
  return sql`
    select
      i, 'contact-' || contact as contact_id, ${accountOf('contact')} as account_id,
      case when contact % 10 < 3 then 'conversation-' || i end as conversation_id,
      'operator-' || operator as operator_id, 'team-' || 1 + operator % ${teams}::int as team_id,
      ${oneOf(23, ['whatsapp', 'whatsapp', 'whatsapp', 'whatsapp', 'instagram', 'web'])} as channel,
      ${raw(`(array[${lengths.join(', ')}])[1 + i % ${lengths.length}]`)} as length,
      day + case when ${chance(24)} < 0.9 then 0.29 + 0.5 * ${chance(25)} else ${chance(25)} end * interval '24 hours' as started_at,
      least(-ln(1 - ${chance(26)}) * 6, 60) * interval '1 minute' as pace
    from generate_series(${first}::int, ${last}::int) as g (i)
    cross join lateral (
      select
        1 + floor(${chance(21)} * i / ${count}::float8 * ${contactsOf(chats)}::int)::int as contact,
        1 + floor(${chance(22)} * ${chats.operators}::int)::int as operator,
        date_trunc('day', ${end} - (${count}::int - i) * ${(chats.days * 86_400) / count}::float8 * interval '1 second', 'UTC') as day
    ) as c
    offset 0`;
}

/** The messages of sessions. A bot answers first in one of four of them; statuses are those of messages long sent. */
function addMessages(db: Db, tenantId: number, from: Sql): Promise<number> {
  return db.run(sql`
    insert into crm.messages (
      tenant_id, source, id, conversation_id, contact_id, direction, sender_kind, operator_id, type, status, failure_reason, text,
      content_length, channel, sent_at, campaign_id, account_id, version
    )
    select
      ${tenantId}::bigint, ${source}, lpad(to_hex(extract(epoch from sent_at)::bigint), 8, '0') || lpad(to_hex(i), 16, '0'),
      conversation_id, contact_id, direction, sender_kind, case when sender_kind = 'operator' then operator_id end,
      type, status, case when status = 'failed' then 'not reachable' end, left(body, content_length), content_length, channel,
      sent_at, case when sender_kind = 'campaign' then 'campaign-' || 1 + session % 500 end, account_id,
      ${microseconds(sql`sent_at`)}
    from (
      select
        s.i as session, s.conversation_id, s.contact_id, s.operator_id, s.channel, s.account_id, s.started_at, s.pace, k,
        s.i * 32 + k as i
      from (${from}) as s
      cross join lateral generate_series(1, s.length) as g (k)
    ) as m
    cross join lateral (
      select
        started_at + (k - 1 + ${chance(1)}) * pace as sent_at,
        case when ${chance(2)} < case when k = 1 then 0.85 else 0.5 end then 'inbound' else 'outbound' end as direction,
        ${oneOf(3, ['text', 'text', 'text', 'text', 'text', 'text', 'text', 'image', 'audio', 'document', 'template', 'interactive'])} as type,
        (10 + 80 * ${chance(4)})::int as content_length,
        repeat(md5(i::text), 3) as body
      offset 0
    ) as t
    cross join lateral (
      select
        case
          when direction = 'inbound' then 'contact' when k = 1 then 'campaign'
          when k <= 3 and session % 4 = 0 then 'bot' else 'operator'
        end as sender_kind,
        case when direction = 'inbound' then 'received' else
          ${oneOf(5, ['read', 'read', 'read', 'read', 'read', 'read', 'delivered', 'delivered', 'delivered', 'sent', 'failed'])}
        end as status
    ) as o
    where sent_at <= ${end}`);
}
