-- Where the reading of sources stands. Everything here moves in the transaction of the records it is about, so that an
-- interrupted sync goes on from what was really stored.

-- One row for each stream of a source. `revision` is a fence: who read an older one stores nothing any more.
create table ops.sync_state (
  tenant_id bigint not null,
  source text not null,
  stream text not null,
  revision bigint not null,
  -- Number of the pass under way or, with an empty cursor, of the last one; and where it goes on.
  pass bigint not null,
  cursor jsonb not null,
  -- Start of the last complete pass.
  complete_as_of timestamptz,
  run_at timestamptz,
  succeeded_at timestamptz,
  failing_since timestamptz,
  error_code text,
  error text,
  -- What people should know although nothing failed.
  notes text[] not null default '{}',
  primary key (tenant_id, source, stream)
);

-- The ids that the pages of a pass have shown: what a complete pass does not show has been deleted. A page that was read
-- again keeps what it showed before.
create table ops.sync_pages (
  tenant_id bigint not null,
  source text not null,
  stream text not null,
  pass bigint not null,
  page integer not null,
  ids text[] not null,
  primary key (tenant_id, source, stream, pass, page)
);

-- What is read one object at a time (the messages of a chat, the report of a campaign): how far each one was read.
create table ops.sync_objects (
  tenant_id bigint not null,
  source text not null,
  stream text not null,
  object_id text not null,
  cursor jsonb not null default '{}',
  -- Whether the last visit was interrupted half-way.
  unfinished boolean not null default false,
  -- End of the last whole visit.
  visited_at timestamptz,
  -- Up to here everything of the object is stored; of one that was never visited, a time before it existed.
  guaranteed_at timestamptz,
  -- Latest sign of life: what was active lately is visited more often.
  active_at timestamptz,
  primary key (tenant_id, source, stream, object_id)
);

-- Calls made to a source in the last minute and day, and whether it wants none for a while. One row for all processes.
create table ops.sync_quotas (
  tenant_id bigint not null,
  source text not null,
  windows jsonb not null,
  paused_until timestamptz,
  primary key (tenant_id, source)
);

-- How fresh data is, and why it is not fresher, is part of answers.
alter table ops.sync_state enable row level security;
grant select on ops.sync_state to crema_reader;
create policy tenant on ops.sync_state for select to crema_reader using (tenant_id = (select ops.current_tenant()));
