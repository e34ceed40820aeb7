-- What the clock starts, decided by rows: a slot is handled by whoever inserts its row first.
create table ops.schedules (
  tenant_id bigint not null,
  schedule_id text not null,
  cron text not null,
  timezone text not null,
  -- Every slot up to here has been decided on. Goes back when the clock is set back.
  handled_until timestamptz not null,
  next_due_at timestamptz,
  enabled boolean not null,
  primary key (tenant_id, schedule_id)
);

-- One row per slot that was started; the key is the local wall time of the schedule's zone, so a doubled hour counts once.
create table ops.schedule_runs (
  tenant_id bigint not null,
  schedule_id text not null,
  slot_key text not null,
  due_at timestamptz not null,
  -- How many due slots it stands for, itself included: missed ones that only the latest of makes up for.
  stands_for integer not null default 1,
  primary key (tenant_id, schedule_id, slot_key)
);
create index schedule_runs_due_at_idx on ops.schedule_runs (tenant_id, due_at);

-- What ran, or is to run. due_at, started_at, finished_at are of the business clock; lease_until is of the machines'.
create table ops.job_runs (
  tenant_id bigint not null,
  run_id bigint generated always as identity,
  job text not null,
  started_by text not null check (started_by in ('schedule', 'hand')),
  -- Null for a run by hand.
  slot_key text,
  due_at timestamptz not null,
  -- waiting (for its parts) > queued > running > done; running > retrying > running; failed when no attempt is left.
  state text not null check (state in ('waiting', 'queued', 'running', 'retrying', 'done', 'failed')),
  -- Raised by each claim: whoever holds an older one has been taken over, and nothing of it counts.
  attempt integer not null default 0,
  max_attempts integer not null,
  -- Waiting ends here, whether or not the parts are done.
  wait_until timestamptz,
  -- Parts that were not done when it started.
  lacking text[] not null default '{}',
  -- The queue's key of what will run it.
  queue_key text,
  lease_until timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  took_ms bigint,
  -- Of the last attempt that failed.
  error text,
  -- What a run that is done found wrong.
  problem text,
  counts jsonb not null default '{}',
  refresh_sla_minutes integer not null,
  beyond_sla boolean not null default false,
  primary key (tenant_id, run_id),
  unique (tenant_id, job, slot_key)
);
create index job_runs_due_at_idx on ops.job_runs (tenant_id, job, due_at);
create index job_runs_open_idx on ops.job_runs (tenant_id, state) where state not in ('done', 'failed');

-- Pools of workers that are alive, per tenant they work for; of the machines' clock.
create table ops.worker_heartbeats (
  tenant_id bigint not null,
  pool_id text not null,
  seen_at timestamptz not null,
  primary key (tenant_id, pool_id)
);
