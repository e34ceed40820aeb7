-- Engagement: messages counted, and conversations made of them.

-- A conversation's messages, where the source names it.
create index messages_conversation_idx on crm.messages (tenant_id, source, conversation_id, sent_at)
  where conversation_id is not null;

-- Whoever sees the company's numbers counts all its messages, inbound ones too, which belong to no operator; what was
-- written in them is read by nobody who asks for a number.
revoke select on crm.messages from crema_reader;
grant select (
  tenant_id, source, id, conversation_id, contact_id, direction, sender_kind, operator_id, type, status, failure_reason,
  content_length, channel, sent_at, campaign_id, account_id, deleted_at
) on crm.messages to crema_reader;
drop policy viewer on crm.messages;
create policy viewer on crm.messages for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_company())
    or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
  )
);

-- Messages as aggregates count them, without their words. `chat` is where a message belongs: its conversation (`c:`), else
-- its contact's chat (`u:`), else nowhere. A conversation known by its contact's id is that contact's chat, which never ends.
create view crm.counted_messages with (security_invoker = true) as
select
  tenant_id, source, id, conversation_id, contact_id, direction, sender_kind, operator_id, type, status, channel,
  sent_at, campaign_id, account_id, deleted_at,
  case
    when conversation_id is not null and conversation_id is distinct from contact_id then 'c:' || conversation_id
    when contact_id is not null then 'u:' || contact_id
  end as chat
from crm.messages;
grant select on crm.counted_messages to crema_reader;

-- What conversations come to, made from messages by a sweep. A row is a stretch of activity: messages with no silence of
-- more than 24 hours between them. In a contact's chat, which never ends, every stretch is a conversation; a conversation of
-- the source may have several, the first of which `begins` it. Conversation-wide columns are the same in all of them.
create table crm.conversation_stretches (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  chat text not null,
  contact_id text,
  begins boolean not null,
  -- When the conversation began; null in its later stretches, so that it counts once.
  started_at timestamptz,
  -- First and last message, null where none is known; and until when it counts as active: 24 hours on, or its end.
  active_from timestamptz,
  last_message_at timestamptz,
  active_until timestamptz,
  -- Of the first message.
  direction text,
  channel text,
  status text,
  account_id text,
  operator_id text,
  team_id text,
  handled_by text,
  -- The first reply of a person to the contact, and whether that it was a person is taken for granted.
  first_reply_at timestamptz,
  reply_assumed boolean,
  primary key (tenant_id, source, id)
);
create index conversation_stretches_chat_idx on crm.conversation_stretches (tenant_id, source, chat, active_from);
create index conversation_stretches_started_at_idx on crm.conversation_stretches (tenant_id, started_at)
  where started_at is not null;
create index conversation_stretches_active_from_idx on crm.conversation_stretches (tenant_id, active_from);
create index conversation_stretches_active_until_idx on crm.conversation_stretches (tenant_id, active_until);

-- Replies of persons by the message that gave them: since when the contact had been waiting for one.
create table crm.conversation_responses (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  chat text not null,
  asked_at timestamptz not null,
  answered_at timestamptz not null,
  -- Start of the conversation, of the first reply in one that the contact began; else null.
  waited_since timestamptz,
  assumed boolean not null,
  channel text,
  account_id text,
  operator_id text,
  team_id text,
  primary key (tenant_id, source, id)
);
create index conversation_responses_chat_idx on crm.conversation_responses (tenant_id, source, chat, answered_at);
create index conversation_responses_answered_at_idx on crm.conversation_responses (tenant_id, answered_at);

-- Chats to look at again, and which times of them, null for all; appended in the transaction that changed their messages.
-- No unique key, as in ops.dirty.
create table ops.conversation_marks (
  tenant_id bigint not null,
  source text not null,
  chat text not null,
  from_at timestamptz,
  to_at timestamptz,
  id bigint generated always as identity,
  primary key (tenant_id, source, chat, id)
);
insert into ops.conversation_marks (tenant_id, source, chat)
select distinct tenant_id, source, chat from crm.counted_messages where chat is not null
union
select tenant_id, source, 'c:' || id from crm.conversations;

-- Messages by the local day they were sent on.
create table mart.message_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  direction text not null,
  channel text not null,
  type text not null,
  status text not null,
  account_id text not null,
  messages integer not null,
  primary key (tenant_id, day, source, direction, channel, type, status, account_id)
);

-- Inbound messages by local day and hour.
create table mart.message_hourly (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  hour smallint not null,
  channel text not null,
  account_id text not null,
  inbound integer not null,
  primary key (tenant_id, day, source, hour, channel, account_id)
);

-- Chats with a message on a local day, once per direction.
create table mart.chat_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  direction text not null,
  channel text not null,
  account_id text not null,
  chats integer not null,
  primary key (tenant_id, day, source, direction, channel, account_id)
);

-- Who wrote or was written to on a local day: identities, so that distinct contacts of any span are counted exactly.
create table mart.contact_message_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  contact_id text not null,
  channel text not null,
  account_id text not null,
  inbound integer not null,
  outbound integer not null,
  primary key (tenant_id, day, source, contact_id, channel, account_id)
);
create index contact_message_daily_inbound_idx on mart.contact_message_daily (tenant_id, source, contact_id, day)
  where inbound > 0;

-- Conversations by the local day they began on. `pending` is of the moment of a question: 0 as stored.
create table mart.conversation_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  direction text not null,
  channel text not null,
  status text not null,
  account_id text not null,
  team_id text not null,
  operator_id text not null,
  conversations integer not null,
  replied integer not null,
  assumed integer not null,
  pending integer not null,
  bot integer not null,
  human integer not null,
  mixed integer not null,
  primary key (tenant_id, day, source, direction, channel, status, account_id, team_id, operator_id)
);

-- Stretches of activity by the local day they began on and the last local day at whose end they were still active; those
-- that were over by the end of their first day are left out.
create table mart.conversation_active_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  last_day date not null,
  channel text not null,
  account_id text not null,
  team_id text not null,
  operator_id text not null,
  conversations integer not null,
  primary key (tenant_id, day, source, last_day, channel, account_id, team_id, operator_id)
);

create index conversation_active_daily_last_day_idx on mart.conversation_active_daily (tenant_id, last_day);

-- Replies of persons by the local day they were given on, with the distribution of the time they took: `response` since the
-- first unanswered message, `wait` since the conversation began, for its first reply.
create table mart.response_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  clock text not null,
  bin smallint not null,
  channel text not null,
  account_id text not null,
  team_id text not null,
  operator_id text not null,
  answers integer not null,
  assumed integer not null,
  duration_us bigint not null,
  log_sum bigint not null,
  log_square_sum bigint not null,
  under_1_min integer not null,
  from_1_to_5_min integer not null,
  from_5_to_30_min integer not null,
  from_30_to_60_min integer not null,
  over_60_min integer not null,
  primary key (tenant_id, day, source, clock, bin, channel, account_id, team_id, operator_id)
);

do $$
declare target text;
begin
  -- With an operator and a team: everything for some roles, else one's own or one's teams'.
  foreach target in array array[
    'crm.conversation_stretches', 'crm.conversation_responses', 'mart.conversation_daily', 'mart.conversation_active_daily',
    'mart.response_daily'
  ]
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format($policy$
      create policy viewer on %s for select to crema_reader using (
        tenant_id = (select ops.current_tenant())
        and (
          (select ops.viewer_sees_all())
          or (source, team_id) in (select v.source, v.team_id from ops.viewer_teams() v)
          or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
        )
      )$policy$, target);
  end loop;
  -- The company's.
  foreach target in array array[
    'mart.message_daily', 'mart.message_hourly', 'mart.chat_daily', 'mart.contact_message_daily'
  ]
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format($policy$
      create policy viewer on %s for select to crema_reader using (
        tenant_id = (select ops.current_tenant()) and (select ops.viewer_sees_company())
      )$policy$, target);
  end loop;
  alter table ops.conversation_marks enable row level security;
  grant select on ops.conversation_marks to crema_reader;
  create policy tenant on ops.conversation_marks for select to crema_reader using (tenant_id = (select ops.current_tenant()));
end
$$;
