-- What senders of webhooks have told: stored before it is answered, applied afterwards. One row per event for as long as
-- a sender may repeat it, so that a repetition is recognised; the body only until nothing needs it any more.
create table ops.webhook_events (
  tenant_id bigint not null,
  source text not null,
  -- The sender's own id, else the SHA-256 of the body as it came.
  event_id text not null,
  -- Null where the event could not be read that far.
  type text,
  entity text,
  object_id text,
  occurred_at timestamptz,
  received_at timestamptz not null,
  body_sha256 text not null,
  -- What it says of the record, by field, until it is applied, ignored or rejected.
  body jsonb,
  state text not null check (state in ('stored', 'applied', 'ignored', 'waiting', 'rejected')),
  reason text,
  applied_at timestamptz,
  -- How often applying it was tried in vain, and when it is tried next.
  attempts integer not null default 0,
  retry_at timestamptz,
  primary key (tenant_id, source, event_id),
  check ((body is not null) = (state in ('stored', 'waiting')))
);
create index webhook_events_stored_idx on ops.webhook_events (tenant_id, occurred_at, event_id) where state = 'stored';
create index webhook_events_waiting_idx on ops.webhook_events (tenant_id, entity, retry_at) where state = 'waiting';
create index webhook_events_received_at_idx on ops.webhook_events (tenant_id, received_at);
