import sql, { raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../../db/db.ts';

/** The order of a chat: what came at the same instant was asked before it was answered. */
const inOrder = raw('sent_at, direction, id');

/**
 * What a conversation's record said of a field: of one of the source, the latest. The record of an endless chat is of all its
 * conversations in turn; of each, what it said 24 hours after the last message: before the first change that came later. Of
 * conversations before it was first told nothing is known.
 */
function asOfSilence(field: 'status' | 'team_id' | 'operator_id'): Sql {
  return sql`(case
    when w.is_told then ${raw(`c.${field}`)}
    when c.version > extract(epoch from w.last_at + interval '24 hours') * 1000000 then null
    else (coalesce((
    select array[h.old] from crm.changes h
    where h.tenant_id = c.tenant_id and h.entity = 'conversation' and h.source = c.source and h.entity_id = c.id
      and h.field = ${field} and h.at > w.last_at + interval '24 hours'
    order by h.at, h.id limit 1
  ), array[${raw(`c.${field}`)}]))[1] end)`;
}

/**
 * Makes the facts about the conversations of some chats from their messages, as the temp tables `made_stretches` and
 * `made_responses`. Reads the temp table `spans` (source, chat, from_at, to_at): of a contact's chat the messages between
 * the two, which must hold its stretches as a whole; a conversation of the source is always read as a whole. A function of
 * stored messages and conversations, never of now.
 *
 * A reply is an outbound message of an operator. Where a source does not say who sent one, it is taken for a person's,
 * unless it belongs to a campaign. Replies answer within their conversation only.
 */
export async function makeConversations(tx: Tx, tenantId: number): Promise<void> {
  await tx.run(sql`
    create temp table told on commit drop as
    select
      s.source, s.chat, m.id, m.sent_at, m.direction, m.sender_kind, m.operator_id, m.contact_id, m.channel, m.account_id,
      m.direction = 'outbound' and (
        coalesce(m.sender_kind, '') = 'operator' or (coalesce(m.sender_kind, 'unmapped') = 'unmapped' and m.campaign_id is null)
      ) as is_reply,
      coalesce(m.sender_kind, 'unmapped') = 'unmapped' and m.operator_id is null as is_assumed
    from spans s
    cross join lateral (
      select * from crm.messages
      where tenant_id = ${tenantId} and source = s.source and contact_id = substr(s.chat, 3)
        and (conversation_id is null or conversation_id = contact_id) and sent_at >= s.from_at and sent_at <= s.to_at and deleted_at is null
      offset 0
    ) as m
    where s.chat like 'u:%'
    union all
    select
      s.source, s.chat, m.id, m.sent_at, m.direction, m.sender_kind, m.operator_id, m.contact_id, m.channel, m.account_id,
      m.direction = 'outbound' and (
        coalesce(m.sender_kind, '') = 'operator' or (coalesce(m.sender_kind, 'unmapped') = 'unmapped' and m.campaign_id is null)
      ),
      coalesce(m.sender_kind, 'unmapped') = 'unmapped' and m.operator_id is null
    from spans s
    cross join lateral (
      select * from crm.messages
      where tenant_id = ${tenantId} and source = s.source and conversation_id = substr(s.chat, 3)
        and contact_id is distinct from conversation_id and deleted_at is null
      offset 0
    ) as m
    where s.chat like 'c:%'`);
  // `part` numbers the stretches of a chat, `conversation` its conversations: the same in a contact's chat, else one.
  await tx.run(sql`
    create temp table placed on commit drop as
    select t.*, count(*) filter (where t.is_reply) over (
        partition by source, chat, conversation order by ${inOrder} rows between unbounded preceding and 1 preceding
      ) as replies_before
    from (
      select u.*, case when chat like 'u:%' then part else 0 end as conversation
      from (
        select p.*, count(*) filter (where p.is_new) over (partition by source, chat order by ${inOrder}) as part
        from (
          select *, sent_at > lag(sent_at) over (partition by source, chat order by ${inOrder}) + interval '24 hours' as is_new
          from told
        ) as p
      ) as u
    ) as t`);
  await tx.run(sql`
    create temp table wholes on commit drop as
    select
      w.*, case when w.is_told then c.started_at end as given_start,
      ${asOfSilence('status')} as status, ${asOfSilence('team_id')} as team_id,
      coalesce(w.contact, c.contact_id) as contact_id,
      coalesce(c.channel, w.first_channel) as channel,
      coalesce(c.account_id, w.first_account) as account_id,
      coalesce(${asOfSilence('operator_id')}, w.first_operator) as operator_id,
      coalesce(
        case when w.is_told then c.handled_by end,
        case when has_human and has_bot then 'mixed' when has_human then 'human' when has_bot then 'bot' end
      ) as handled_by,
      case
        when not w.is_told then case when ${asOfSilence('status')} = 'resolved' then greatest(w.last_at, resolved.at) end
        when c.status = 'resolved' then coalesce(c.closed_at, w.last_at)
        when c.status is null then c.closed_at
      end as ended_at
    from (
      select
        source, chat, conversation, chat like 'c:%' as is_told,
        min(sent_at) as first_at,
        max(sent_at) as last_at,
        (array_agg(direction order by ${inOrder}))[1] as direction,
        (array_agg(contact_id order by ${inOrder}) filter (where contact_id is not null))[1] as contact,
        (array_agg(channel order by ${inOrder}) filter (where channel is not null))[1] as first_channel,
        (array_agg(account_id order by ${inOrder}) filter (where account_id is not null))[1] as first_account,
        (array_agg(operator_id order by ${inOrder}) filter (where is_reply and operator_id is not null))[1] as first_operator,
        coalesce(bool_or(is_reply and not is_assumed), false) as has_human,
        coalesce(bool_or(direction = 'outbound' and sender_kind = 'bot'), false) as has_bot
      from placed
      group by 1, 2, 3, 4
      union all
      select
        s.source, s.chat, 0, true, null, null, null, null, null, null, null, false, false
      from spans s
      where s.chat like 'c:%' and not exists (select from told t where t.source = s.source and t.chat = s.chat)
    ) as w
    left join lateral (
      select * from crm.conversations
      where tenant_id = ${tenantId} and source = w.source and id = substr(w.chat, 3)
        and (w.is_told or deleted_at is null)
      limit 1
    ) as c on true
    left join lateral (
      select max(h.at) as at from crm.changes h
      where h.tenant_id = ${tenantId} and h.entity = 'conversation' and h.source = w.source and h.entity_id = c.id
        and h.field = 'status' and h.new = 'resolved' and h.at <= w.last_at + interval '24 hours' and not w.is_told
    ) as resolved on true
    where c.deleted_at is null and coalesce(c.started_at, w.first_at) is not null
      -- The record of an endless chat is no conversation beside those of the chat.
      and (w.first_at is not null or c.contact_id is distinct from c.id)`);
  // Nobody else does, and joined by guesses thousands of conversations go through all replies for each of them.
  await tx.run(sql`analyze placed (source, chat, conversation, replies_before, part)`);
  await tx.run(sql`analyze wholes (source, chat, conversation, direction)`);
  await tx.run(sql`
    create temp table made_responses on commit drop as
    select
      r.source, r.id, r.chat, r.asked_at, r.answered_at,
      case when w.direction = 'inbound' and r.place = 1 then coalesce(w.given_start, w.first_at) end as waited_since,
      r.is_assumed as assumed, w.channel, w.account_id, coalesce(r.operator_id, w.operator_id) as operator_id, w.team_id,
      w.conversation, w.direction, r.place
    from (
      select p.*, row_number() over (partition by source, chat, conversation order by replies_before) as place
      from (
        select
          source, chat, conversation, replies_before,
          min(sent_at) filter (where direction = 'inbound') as asked_at,
          min(sent_at) filter (where is_reply) as answered_at,
          min(id) filter (where is_reply) as id,
          min(operator_id) filter (where is_reply) as operator_id,
          bool_or(is_assumed) filter (where is_reply) as is_assumed
        from placed
        group by 1, 2, 3, 4
      ) as p
      where p.asked_at is not null and p.answered_at is not null
    ) as r
    join wholes w using (source, chat, conversation)`);
  await tx.run(sql`analyze made_responses (source, chat, conversation, place, direction)`);
  await tx.run(sql`
    create temp table made_stretches on commit drop as
    select
      w.source,
      case when s.place is null or (s.place = 1 and w.chat like 'c:%') then w.chat
        else w.chat || '@' || (extract(epoch from s.first_at) * 1000000)::bigint end as id,
      w.chat, w.contact_id, s.place is null or s.place = 1 as begins,
      case when s.place is null or s.place = 1 then coalesce(w.given_start, w.first_at) end as started_at,
      s.first_at as active_from, s.last_at as last_message_at,
      least(s.last_at + interval '24 hours', w.ended_at) as active_until,
      w.direction, w.channel, w.status, w.account_id, w.operator_id, w.team_id, w.handled_by,
      f.answered_at as first_reply_at, f.assumed as reply_assumed,
      case when s.place = s.places then q.asked_at end as waits_since
    from wholes w
    left join (
      select source, chat, conversation, min(sent_at) as first_at, max(sent_at) as last_at,
        row_number() over (partition by source, chat, conversation order by part) as place,
        count(*) over (partition by source, chat, conversation) as places
      from placed
      group by source, chat, conversation, part
    ) as s using (source, chat, conversation)
    left join made_responses f
      on f.source = w.source and f.chat = w.chat and f.conversation = w.conversation and f.place = 1 and f.direction = 'inbound'
    left join (
      select source, chat, conversation, min(sent_at) filter (where direction = 'inbound') as asked_at
      from placed
      group by source, chat, conversation, replies_before
      having not bool_or(is_reply)
    ) as q on q.source = w.source and q.chat = w.chat and q.conversation = w.conversation`);
}

/** Removes the temp tables of `makeConversations`, for the next one in the same transaction. */
export async function dropMade(tx: Tx): Promise<void> {
  await tx.run(sql`drop table told, placed, wholes, made_responses, made_stretches`);
}
