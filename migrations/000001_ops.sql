-- Crema's own state. tenant_id leads every key, so that the schema can be distributed by tenant unchanged;
-- ops.tenants is the small reference table the slugs live in.
create schema if not exists ops;

create table ops.tenants (
  tenant_id bigint generated always as identity primary key,
  slug text not null unique,
  name text not null,
  timezone text not null,
  week_start smallint not null default 1,
  locale text not null default 'en',
  currency text not null default 'USD',
  -- Ids of customer accounts whose records are left out of every number (tests, demonstrations).
  demo_accounts text[] not null default '{}'
);

-- People who may ask, and what they may see. Filled from crema.yaml; read by the row policies.
create table ops.people (
  tenant_id bigint not null,
  person_id text not null,
  name text,
  slack_user_id text,
  email text,
  role text not null check (role in ('agent', 'supervisor', 'admin', 'owner', 'executive')),
  source text,
  operator_id text,
  team_ids text[] not null default '{}',
  primary key (tenant_id, person_id)
);
create unique index people_slack_user_id_idx on ops.people (tenant_id, slack_user_id) where slack_user_id is not null;

-- How far each stream of each source has been read: the watermark every answer states.
create table ops.streams (
  tenant_id bigint not null,
  source text not null,
  stream text not null,
  as_of timestamptz,
  loaded_at timestamptz not null,
  primary key (tenant_id, source, stream)
);

-- Append-only log of buckets that changed. No unique key on the bucket: a deduplicated mark could be deleted by a drain
-- that does not see the second writer's rows yet, and the bucket would stay wrong for ever.
create table ops.dirty (
  tenant_id bigint not null,
  rollup text not null,
  bucket date not null,
  id bigint generated always as identity,
  primary key (tenant_id, rollup, bucket, id)
);

-- With which definition and zone a rollup's rows were made; another pair means all buckets have to be made again.
create table ops.rollups (
  tenant_id bigint not null,
  rollup text not null,
  definition_version integer not null,
  timezone text not null,
  drained_at timestamptz not null,
  primary key (tenant_id, rollup)
);

-- Requests that were taken on, so that a repeated or replayed one is not run twice.
create table ops.requests (
  tenant_id bigint not null,
  request_key text not null,
  received_at timestamptz not null,
  primary key (tenant_id, request_key)
);
create index requests_received_at_idx on ops.requests (tenant_id, received_at);
