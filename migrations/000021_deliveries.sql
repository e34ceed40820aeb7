-- Answers as they were given, under the code that was printed with them. `words` is the question with its dates written out,
-- so that asking it again asks about the same days.
create table ops.receipts (
  tenant_id bigint not null,
  code text not null,
  -- With whose rights it was answered; several people with spaces between them, as everywhere.
  viewer text not null,
  words text not null,
  result jsonb not null,
  -- Of the business clock.
  answered_at timestamptz not null,
  primary key (tenant_id, code)
);
create index receipts_answered_at_idx on ops.receipts (tenant_id, answered_at);

-- What somebody wants of digests and answers, where it is not what the tenant has. Null: as the tenant, or the profile in
-- Slack, has it.
create table ops.preferences (
  tenant_id bigint not null,
  viewer text not null,
  locale text,
  timezone text,
  -- Ids of KPIs, in the order in which they are shown.
  followed text[],
  primary key (tenant_id, viewer)
);

-- Who gets what, where and when.
create table ops.subscriptions (
  tenant_id bigint not null,
  -- 1, 2, 3 within the tenant: people type it.
  subscription_id bigint not null,
  -- Of crema.yaml; null for one made by hand.
  name text,
  kind text not null check (kind in ('kpi', 'digest', 'report')),
  -- Name of the template, or the words of the question.
  subject text not null,
  carrier text not null check (carrier in ('slack', 'mail')),
  -- Channel id, Slack user id, or address. Never a name: names change.
  recipient text not null,
  -- For messages about it: `#general` as it was called when last seen.
  recipient_name text,
  -- With whose rights it is made; null: with those of whoever reads it.
  viewer text,
  -- Person id or `slack:U...` of who is told when it fails; null: the administrators.
  owner text,
  cadence text not null check (cadence in ('daily', 'weekdays', 'weekly', 'monthly')),
  -- ISO weekday (weekly), day of the month (monthly; the last one where the month is shorter).
  day smallint,
  -- Wall-clock time in the zone, HH:MM.
  at_time text not null,
  timezone text not null,
  -- Name of a calendar of sla.calendars or an ISO country code, for days on which nothing is sent.
  holidays text,
  locale text,
  state text not null default 'active' check (state in ('active', 'paused', 'ended')),
  state_reason text,
  state_at timestamptz,
  -- Bears the link with which a recipient ends it.
  unsubscribe_key text not null,
  created_at timestamptz not null,
  -- Every slot up to here has been decided on. Goes back when the clock is set back.
  handled_until timestamptz not null,
  next_due_at timestamptz,
  primary key (tenant_id, subscription_id),
  unique (tenant_id, name),
  unique (tenant_id, unsubscribe_key)
);
create index subscriptions_next_due_at_idx on ops.subscriptions (tenant_id, next_due_at) where state = 'active';

-- Digests and reports as plain data, made once for everybody who may see the same and reads it in the same shapes.
create table ops.editions (
  tenant_id bigint not null,
  edition_id bigint generated always as identity,
  kind text not null,
  subject text not null,
  -- Local date it is of.
  slot text not null,
  -- Hash of whatever makes two readers' copies differ: rights, shapes, zone, chosen KPIs.
  view_key text not null,
  viewer text not null,
  made_at timestamptz not null,
  content jsonb not null,
  primary key (tenant_id, edition_id),
  unique (tenant_id, kind, subject, slot, view_key)
);
create index editions_made_at_idx on ops.editions (tenant_id, made_at);

-- What was said already, so that the same finding is no news the next day.
create table ops.findings (
  tenant_id bigint not null,
  -- Whose news it is: template and view, so that everybody has their own.
  reader text not null,
  finding text not null,
  first_slot text not null,
  last_slot text not null,
  primary key (tenant_id, reader, finding)
);

-- Numbers that were delivered and have changed since by more than their tolerance.
create table ops.restatements (
  tenant_id bigint not null,
  restatement_id bigint generated always as identity,
  edition_id bigint not null,
  -- The receipt of the number as it was delivered.
  receipt text not null,
  -- Counts the changes of one number: each is told once.
  revision integer not null,
  kpi text not null,
  was double precision,
  is_now double precision,
  why text not null,
  found_at timestamptz not null,
  primary key (tenant_id, restatement_id),
  unique (tenant_id, edition_id, receipt, revision)
);

-- Bytes that were sent, by their SHA-256: the same picture for a thousand people is there once.
create table ops.artifacts (
  tenant_id bigint not null,
  hash text not null,
  media_type text not null,
  bytes bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, hash)
);

-- The ledger: one row for each thing that goes to one recipient once.
create table ops.deliveries (
  tenant_id bigint not null,
  delivery_id bigint generated always as identity,
  -- kind:subscription:slot:carrier:recipient:part:revision. The same delivery is never written twice.
  dedupe_key text not null,
  kind text not null check (kind in ('kpi', 'digest', 'report', 'alert', 'notice')),
  subscription_id bigint,
  slot text not null,
  carrier text not null check (carrier in ('slack', 'mail')),
  recipient text not null,
  -- main, then what hangs on it: thread, file, edit.
  part text not null,
  revision integer not null default 0,
  -- What is done when nobody can tell whether it arrived: nothing more, or once more.
  when_unknown text not null check (when_unknown in ('leave', 'send again')),
  -- What has to be sent before, and where this belongs to.
  after_id bigint,
  -- Of the business clock: when it is due, until when it may wait for data, when it is too late to send it at all.
  due_at timestamptz not null,
  deadline_at timestamptz not null,
  expires_at timestamptz not null,
  ready_at timestamptz not null,
  -- pending > sending > sent | failed | unknown; skipped: by policy never sent. src/deliveries/delivery.ts has the rest.
  state text not null check (state in ('pending', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  reason text,
  -- Raised by each claim: whoever holds an older one has been taken over, and nothing of it counts.
  attempt integer not null default 0,
  -- Attempts that came to nothing; waiting for data is none.
  failures integer not null default 0,
  -- Of the machines' clock.
  not_before timestamptz not null,
  lease_until timestamptz,
  handed_at timestamptz,
  find_at timestamptz,
  edition_id bigint,
  -- What goes out; null until it is made. Bytes are in ops.artifacts.
  letter jsonb,
  -- What the outside service gave: channel and ts, Message-ID, file id.
  proof jsonb,
  -- Of the business clock.
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, delivery_id),
  unique (tenant_id, dedupe_key)
);
create index deliveries_pending_idx on ops.deliveries (tenant_id, ready_at) where state = 'pending';
create index deliveries_open_idx on ops.deliveries (tenant_id, state) where state in ('sending', 'unknown');
create index deliveries_after_idx on ops.deliveries (tenant_id, after_id) where after_id is not null;
create index deliveries_slot_idx on ops.deliveries (tenant_id, subscription_id, due_at);
create index deliveries_settled_at_idx on ops.deliveries (tenant_id, settled_at);

-- When the next call of a kind may be made, over all replicas. Of the machines' clock.
create table ops.send_paces (
  tenant_id bigint not null,
  pace text not null,
  next_at timestamptz not null,
  primary key (tenant_id, pace)
);
