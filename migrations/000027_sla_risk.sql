-- When a ticket becomes at risk, and every target that has passed. Raised with the version of the facts (src/facts), so the
-- first sweep after it evaluates all tickets again.
alter table crm.ticket_sla
  -- Since when, or from when on, little of the target is left (src/sla/thresholds.ts): of a clock that runs, if nothing more
  -- happens; of one that was decided, since when it was so then. Null while paused, and where it never came to that.
  add column first_response_risk_at timestamptz,
  add column resolution_risk_at timestamptz,
  -- The latest question after the first response: its state and number, when it was asked, and when it was answered.
  add column next_response_state text check (next_response_state in ('met', 'missed', 'pending', 'paused', 'not-measured')),
  add column next_response_cycle integer,
  add column next_response_asked_at timestamptz,
  add column next_response_risk_at timestamptz,
  add column next_response_at timestamptz,
  -- The latest of all questions that waited too long.
  add column next_response_breached_at timestamptz;

-- The earliest of the clocks that run.
alter table crm.ticket_sla
  add column next_risk_at timestamptz generated always as (
    least(
      case when first_response_state = 'pending' then first_response_risk_at end,
      case when resolution_state = 'pending' then resolution_risk_at end,
      case when next_response_state = 'pending' then next_response_risk_at end
    )
  ) stored;
create index ticket_sla_next_risk_at_idx on crm.ticket_sla (tenant_id, next_risk_at) where next_risk_at is not null;

-- Targets that have passed, one row each for as long as it is true.
create table crm.sla_breaches (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  metric text not null check (metric in ('first-response', 'next-response', 'resolution')),
  -- 1, and counting for next response.
  cycle integer not null,
  breached_at timestamptz not null,
  -- When it was replied to or resolved, or the ticket ended; null: it still waits.
  ended_at timestamptz,
  -- Since when little of the target was left; null where that was not seen coming.
  risk_at timestamptz,
  -- Of a tenant in the order in which they came to be known: written under the lock of the ticket stream only.
  seq bigint generated always as identity,
  primary key (tenant_id, source, id, metric, cycle)
);
create index sla_breaches_seq_idx on crm.sla_breaches (tenant_id, seq);
create index sla_breaches_breached_at_idx on crm.sla_breaches (tenant_id, breached_at);

-- As in 000007, with what is known of the latest question.
drop view crm.sla_tickets;
create view crm.sla_tickets with (security_invoker = true) as
select
  t.*,
  coalesce(s.state, 'pending') as sla_state,
  s.decided_at,
  coalesce(s.first_response_state, 'pending') as first_response_state,
  s.first_response_due_at,
  s.first_response_decided_at,
  s.first_response_at as answered_at,
  s.first_response_us,
  coalesce(s.resolution_state, 'pending') as resolution_state,
  s.resolution_due_at,
  s.resolution_decided_at,
  s.resolution_at,
  s.resolution_us,
  s.next_response_state,
  s.next_response_due_at,
  s.next_response_breached_at,
  s.next_due_at,
  s.settles_at,
  s.last_fact_at
from crm.tickets t
left join crm.ticket_sla s on s.tenant_id = t.tenant_id and s.source = t.source and s.id = t.id;
grant select on crm.sla_tickets to crema_reader;

-- Seen by whoever sees the ticket.
alter table crm.sla_breaches enable row level security;
grant select on crm.sla_breaches to crema_reader;
create policy viewer on crm.sla_breaches for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_all())
    or exists (select 1 from crm.tickets t where t.tenant_id = sla_breaches.tenant_id and t.source = sla_breaches.source and t.id = sla_breaches.id)
  )
);


-- Since when the contact has been waiting for a reply of a person that has not come: in the latest stretch of a conversation.
-- It waits for as long as the stretch counts as active.
alter table crm.conversation_stretches add column waits_since timestamptz;
create index conversation_stretches_waits_idx on crm.conversation_stretches (tenant_id, active_until)
  where waits_since is not null;
-- Conversations the database already has are made again once.
insert into ops.conversation_marks (tenant_id, source, chat)
select distinct tenant_id, source, chat from crm.conversation_stretches;
