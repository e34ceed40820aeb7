-- Aggregates: additive parts only, per local day of the tenant. '' stands for "the record has none".
create schema if not exists mart;

-- Tickets by the local day they were created on.
create table mart.ticket_created_daily (
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
  sla_met integer not null,
  sla_missed integer not null,
  sla_unflagged integer not null,
  still_open integer not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id)
);

-- Tickets by the local day they were resolved on. bin is the log bucket of the resolution time (domain/histogram.ts),
-- duration_us its sum in microseconds, log_sum and log_square_sum sums of ln(seconds) and its square in millionths.
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
  bin smallint not null,
  tickets integer not null,
  duration_us bigint not null,
  log_sum bigint not null,
  log_square_sum bigint not null,
  primary key (tenant_id, day, source, priority, channel, status, team_id, operator_id, account_id, bin)
);

-- Tickets by the local day they left the backlog, and the local day they had come in on.
create table mart.ticket_ended_daily (
  tenant_id bigint not null,
  day date not null,
  opened_on date not null,
  source text not null,
  priority text not null,
  channel text not null,
  status text not null,
  team_id text not null,
  operator_id text not null,
  account_id text not null,
  tickets integer not null,
  primary key (tenant_id, day, opened_on, source, priority, channel, status, team_id, operator_id, account_id)
);
create index ticket_created_daily_open_idx on mart.ticket_created_daily (tenant_id, day) where still_open > 0;
