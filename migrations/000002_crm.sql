-- Entities as the sources have them now, and the history of their tracked fields.
-- version orders the states of one record (microseconds of its update time, or the source's own counter): an older
-- state never overwrites a newer one. No foreign keys between entities: sources deliver them in any order.
create schema if not exists crm;

create table crm.accounts (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  name text,
  created_at timestamptz,
  demo boolean not null default false,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);

create table crm.teams (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  name text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);

create table crm.operators (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  name text,
  email text,
  role text,
  type text,
  team_id text,
  supervisor_ids text[],
  account_id text,
  active boolean,
  status text,
  created_at timestamptz,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);

create table crm.tickets (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  priority text,
  status text,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  reopened_count integer,
  sla_met boolean,
  operator_id text,
  team_id text,
  account_id text,
  contact_id text,
  channel text,
  category text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  -- The moment the ticket left the backlog: resolved or closed, whichever came first; where a source gives neither
  -- date but a final status, the time of that last update. Never before its creation, whatever a source says.
  ended_at timestamptz generated always as (
    case
      when resolved_at is not null or closed_at is not null then greatest(created_at, least(resolved_at, closed_at))
      when status in ('resolved', 'closed', 'cancelled') then greatest(created_at, updated_at)
    end
  ) stored,
  primary key (tenant_id, source, id)
);
create index tickets_created_at_idx on crm.tickets (tenant_id, created_at);
create index tickets_resolved_at_idx on crm.tickets (tenant_id, resolved_at) where resolved_at is not null;
create index tickets_ended_at_idx on crm.tickets (tenant_id, ended_at) where ended_at is not null;

-- Changes of tracked fields, from the second known state of a record on: the first state is what the changes lead from.
create table crm.changes (
  tenant_id bigint not null,
  entity text not null,
  source text not null,
  entity_id text not null,
  field text not null,
  old text,
  new text,
  at timestamptz not null,
  id bigint generated always as identity,
  primary key (tenant_id, entity, source, entity_id, id)
);
