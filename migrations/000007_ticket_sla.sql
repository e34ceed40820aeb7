-- What the SLA of every ticket came to: the engine's verdict (src/sla) over the ticket's events, kept as stored facts so
-- that aggregates stay a function of stored data. A row is what is known if nothing more happens: a clock that still runs
-- has the instant at which its target will pass (`*_due_at`), and a sweep turns that into a breach once it has passed.
create table crm.ticket_sla (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  state text not null check (state in ('met', 'missed', 'pending', 'not-measured')),
  decided_at timestamptz,
  first_response_state text not null check (first_response_state in ('met', 'missed', 'pending', 'paused', 'not-measured')),
  first_response_due_at timestamptz,
  first_response_decided_at timestamptz,
  -- When it was replied to, in time or late, and the open time that took, in microseconds.
  first_response_at timestamptz,
  first_response_us bigint,
  resolution_state text not null check (resolution_state in ('met', 'missed', 'pending', 'paused', 'not-measured')),
  resolution_due_at timestamptz,
  resolution_decided_at timestamptz,
  resolution_at timestamptz,
  resolution_us bigint,
  -- The question waiting for an answer now, and how many waited too long.
  next_response_due_at timestamptz,
  next_response_breaches integer not null default 0,
  -- When to look at the ticket again if nothing happens to it: the earliest due time, or another version of its policy.
  next_due_at timestamptz,
  -- When the whole ticket is, or will be, decided if nothing more happens.
  settles_at timestamptz generated always as (
    coalesce(decided_at, least(first_response_due_at, resolution_due_at))
  ) stored,
  -- The latest of its facts: asked as of an earlier moment, the ticket was in another state.
  last_fact_at timestamptz generated always as (
    greatest(decided_at, first_response_decided_at, first_response_at, resolution_decided_at, resolution_at)
  ) stored,
  primary key (tenant_id, source, id)
);
create index ticket_sla_next_due_at_idx on crm.ticket_sla (tenant_id, next_due_at) where next_due_at is not null;
create index ticket_sla_last_fact_at_idx on crm.ticket_sla (tenant_id, last_fact_at) where last_fact_at is not null;
create index ticket_sla_settles_at_idx on crm.ticket_sla (tenant_id, settles_at) where settles_at is not null;

-- Tickets to evaluate again, appended in the transaction that changed them or their events. No unique key, as in ops.dirty.
create table ops.sla_marks (
  tenant_id bigint not null,
  source text not null,
  ticket_id text not null,
  id bigint generated always as identity,
  primary key (tenant_id, source, ticket_id, id)
);

-- By which policies a tenant's tickets were evaluated, and how many days a ticket may take to be decided under them.
create table ops.sla_policies (
  tenant_id bigint not null primary key,
  fingerprint text not null,
  first_response_days integer not null,
  longest_days integer not null
);

-- What each source has been seen to deliver: where it does not, an absence says nothing and is not measured.
create table ops.sla_sources (
  tenant_id bigint not null,
  source text not null,
  replies boolean not null,
  customer_replies boolean not null,
  resolutions boolean not null,
  primary key (tenant_id, source)
);

-- Tickets with their SLA, with the rights of who asks. Not evaluated yet is the same as undecided.
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
  s.next_response_due_at,
  s.next_due_at,
  s.settles_at,
  s.last_fact_at
from crm.tickets t
left join crm.ticket_sla s on s.tenant_id = t.tenant_id and s.source = t.source and s.id = t.id;

-- Tickets by the local day they were created on: what became of their SLA, of its halves, and how many were resolved.
create table mart.ticket_sla_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  priority text not null,
  channel text not null,
  status text not null,
  team_id text not null,
  operator_id text not null,
  account_id text not null,
  tickets integer not null,
  met integer not null,
  missed integer not null,
  pending integer not null,
  not_measured integer not null,
  first_response_met integer not null,
  first_response_missed integer not null,
  first_response_pending integer not null,
  first_response_not_measured integer not null,
  resolution_met integer not null,
  resolution_missed integer not null,
  resolution_pending integer not null,
  resolution_not_measured integer not null,
  resolved integer not null,
  reported_and_decided integer not null,
  reported_otherwise integer not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id)
);

-- Tickets by the local day their SLA was decided on.
create table mart.ticket_decided_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  priority text not null,
  channel text not null,
  status text not null,
  team_id text not null,
  operator_id text not null,
  account_id text not null,
  tickets integer not null,
  met integer not null,
  missed integer not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id)
);

-- Answered tickets by the local day they were created on, once per clock: the time to the first response on the wall
-- clock ('calendar') and in open time of the policy's calendar ('business'). Columns as in ticket_resolved_daily.
create table mart.ticket_answered_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  priority text not null,
  channel text not null,
  status text not null,
  team_id text not null,
  operator_id text not null,
  account_id text not null,
  clock text not null,
  bin smallint not null,
  tickets integer not null,
  duration_us bigint not null,
  log_sum bigint not null,
  log_square_sum bigint not null,
  within_target integer not null,
  with_target integer not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id, clock, bin)
);

-- Resolution times are kept per clock too; the raised definition has its rows made again at the next drain.
drop table mart.ticket_resolved_daily;
create table mart.ticket_resolved_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  priority text not null,
  channel text not null,
  status text not null,
  team_id text not null,
  operator_id text not null,
  account_id text not null,
  clock text not null,
  bin smallint not null,
  tickets integer not null,
  duration_us bigint not null,
  log_sum bigint not null,
  log_square_sum bigint not null,
  within_target integer not null,
  with_target integer not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id, clock, bin)
);

-- Tickets the database already has are evaluated once.
insert into ops.sla_marks (tenant_id, source, ticket_id) select tenant_id, source, id from crm.tickets;

do $$
declare target text;
begin
  foreach target in array array[
    'mart.ticket_sla_daily', 'mart.ticket_decided_daily', 'mart.ticket_answered_daily', 'mart.ticket_resolved_daily'
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
  foreach target in array array['ops.sla_marks', 'ops.sla_policies', 'ops.sla_sources']
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format('create policy tenant on %s for select to crema_reader using (tenant_id = (select ops.current_tenant()))', target);
  end loop;
end
$$;

-- A ticket's SLA is seen by whoever sees the ticket.
alter table crm.ticket_sla enable row level security;
grant select on crm.ticket_sla, crm.sla_tickets to crema_reader;
create policy viewer on crm.ticket_sla for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_all())
    or exists (select 1 from crm.tickets t where t.tenant_id = ticket_sla.tenant_id and t.source = ticket_sla.source and t.id = ticket_sla.id)
  )
);
