-- What is watched. `settings` is what its kind reads, `policy` what all kinds have: for, grouping, waits, hours, where it goes.
create table ops.alert_rules (
  tenant_id bigint not null,
  -- 1, 2, 3 within the tenant: people type it.
  rule_id bigint not null,
  -- Of crema.yaml; null for one made by hand.
  name text,
  kind text not null,
  settings jsonb not null,
  policy jsonb not null,
  -- With whose rights it looks: everything for crema.yaml, the maker's for one made by hand.
  viewer text not null,
  -- Person id or `slack:U...` of who made it; null: the administrators are told when it fails.
  owner text,
  state text not null default 'active' check (state in ('active', 'paused', 'ended')),
  state_reason text,
  state_at timestamptz,
  created_at timestamptz not null,
  -- Changes of these ask for another look (ops.data_changes); `seen` is the last one the rule was looked at with.
  topics text[] not null,
  seen bigint not null default 0,
  -- A change is looked at no sooner than so many seconds after the last look.
  gap_seconds integer not null default 0,
  -- Of the business clock.
  next_look_at timestamptz not null,
  looked_at timestamptz,
  -- `unknown`: it could not be evaluated, and nobody knows whether what it watches is well.
  health text not null default 'new' check (health in ('new', 'ok', 'unknown')),
  health_reason text,
  health_since timestamptz,
  -- The late streams it waits for, as `source: stream`; empty where it is for another reason.
  health_streams text[] not null default '{}',
  -- What its kind keeps from look to look: how far lists and days have been told.
  memory jsonb not null default '{}',
  -- Since when its incidents only go into the digest, because hardly anybody acted on them.
  demoted_at timestamptz,
  -- The fence: raised by each claim; whoever holds an older one writes nothing. Of the machines' clock.
  claim bigint not null default 0,
  claimed_until timestamptz,
  primary key (tenant_id, rule_id),
  unique (tenant_id, name)
);
create index alert_rules_next_look_at_idx on ops.alert_rules (tenant_id, next_look_at) where state = 'active';

-- The single things that rules watch and that are not well: a team, a campaign, a ticket. One row each, of its latest episode.
create table ops.alert_instances (
  tenant_id bigint not null,
  rule_id bigint not null,
  fingerprint text not null,
  -- Grows each time it begins to fire again.
  episode integer not null default 1,
  labels jsonb not null,
  -- Labels that may change: the team of a ticket.
  about jsonb not null,
  state text not null check (state in ('pending', 'firing', 'resolved')),
  severity smallint not null check (severity between 1 and 3),
  -- What is said of it, as of the last look.
  facts jsonb not null,
  -- When it began by the data, which may be long before anybody could know.
  since timestamptz not null,
  pending_at timestamptz not null,
  fired_at timestamptz,
  -- Well again, for so long that it may be resolved.
  clear_since timestamptz,
  resolved_at timestamptz,
  incident_id bigint,
  primary key (tenant_id, rule_id, fingerprint)
);
create index alert_instances_incident_idx on ops.alert_instances (tenant_id, incident_id) where incident_id is not null;

-- What people are told of: all instances of a rule and group, from the first one firing until none does.
create table ops.alert_incidents (
  tenant_id bigint not null,
  -- 1, 2, 3 within the tenant: people type it.
  incident_id bigint not null,
  rule_id bigint not null,
  group_key text not null,
  -- What its instances have in common, which routes look at.
  labels jsonb not null,
  -- waiting: for others of its group (group wait). Resolved ones stay as history.
  state text not null check (state in ('waiting', 'firing', 'resolved')),
  severity smallint not null check (severity between 1 and 3),
  worst_severity smallint not null check (worst_severity between 1 and 3),
  since timestamptz not null,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  -- What is told of it as of the last look, plain data of src/alerts/incident.ts.
  content jsonb not null,
  -- Raised by everything that changes its message.
  version integer not null default 1,
  -- When anybody was first told, and what about.
  announced_at timestamptz,
  announced text[] not null default '{}',
  announced_severity smallint,
  -- When something new was last told (announced, worse), and when it was last repeated.
  told_at timestamptz,
  repeated_at timestamptz,
  -- Why nobody is told at the moment; null: they are.
  muted text,
  muted_since timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  assigned_to text,
  snoozed_until timestamptz,
  snoozed_by text,
  -- How many steps of escalation were taken.
  escalated integer not null default 0,
  primary key (tenant_id, incident_id)
);
create unique index alert_incidents_open_idx on ops.alert_incidents (tenant_id, rule_id, group_key) where state <> 'resolved';
create index alert_incidents_rule_idx on ops.alert_incidents (tenant_id, rule_id, opened_at);

-- Where an incident was told: one message each, edited in place, one change of it under way at a time.
create table ops.alert_posts (
  tenant_id bigint not null,
  incident_id bigint not null,
  carrier text not null,
  recipient text not null,
  -- The delivery of the message itself; changes and replies hang on it.
  delivery_id bigint not null,
  -- Version of the incident that the message shows, and the one on its way.
  shown_version integer not null default 0,
  edit_delivery_id bigint,
  edited_at timestamptz,
  primary key (tenant_id, incident_id, carrier, recipient)
);

-- What happened to an incident and who did what, in order; told in its thread where `told`.
create table ops.alert_history (
  tenant_id bigint not null,
  incident_id bigint not null,
  entry integer not null,
  at timestamptz not null,
  kind text not null,
  -- Person id, null for Crema itself; and as they are called.
  person text,
  person_name text,
  text text not null,
  told boolean not null,
  primary key (tenant_id, incident_id, entry)
);

-- `not useful` and `useful`, one word a person and incident.
create table ops.alert_opinions (
  tenant_id bigint not null,
  incident_id bigint not null,
  person text not null,
  useful boolean not null,
  at timestamptz not null,
  primary key (tenant_id, incident_id, person)
);

-- Nobody is told of incidents whose labels (and rule) are all as these say, from then until then.
create table ops.alert_silences (
  tenant_id bigint not null,
  silence_id bigint not null,
  matchers jsonb not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  created_by text not null,
  comment text not null,
  primary key (tenant_id, silence_id)
);

-- Counts the changes of stored data, by what changed: a rollup by its id, `sla` for verdicts on tickets, `streams` for watermarks.
-- The row of the empty topic counts all of them together.
create table ops.data_changes (
  tenant_id bigint not null,
  topic text not null,
  generation bigint not null,
  primary key (tenant_id, topic)
);

-- Pages and webhooks are named in crema.yaml: the recipient is that name, never a key or an address with a secret in it.
alter table ops.deliveries drop constraint deliveries_carrier_check;
alter table ops.deliveries add constraint deliveries_carrier_check
  check (carrier in ('slack', 'mail', 'pagerduty', 'webhook'));
