-- The rest of a CRM's data. Conventions as in 000002: version orders the states of one record, no foreign keys between
-- entities. Records that webhooks tell in parts (`field_versions`) keep per field the version it was last said with, where
-- that is not the record's own: {"status": 1763712000000000}.
alter table crm.tickets add column field_versions jsonb;

-- A contact exists from its creation, or from when it was first seen where the source does not say; see exists_from.
create table crm.contacts (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  name text,
  phone text,
  email text,
  created_at timestamptz,
  updated_at timestamptz,
  status text,
  account_id text,
  person_id text,
  origin text,
  segment text,
  country text,
  fields jsonb,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  field_versions jsonb,
  first_seen_at timestamptz,
  exists_from timestamptz generated always as (coalesce(created_at, first_seen_at)) stored,
  primary key (tenant_id, source, id)
);
create index contacts_exists_from_idx on crm.contacts (tenant_id, exists_from) where exists_from is not null;
create index contacts_deleted_at_idx on crm.contacts (tenant_id, deleted_at) where deleted_at is not null;

create table crm.conversations (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  contact_id text,
  channel text,
  status text,
  started_at timestamptz,
  closed_at timestamptz,
  operator_id text,
  team_id text,
  account_id text,
  handled_by text,
  escalated_at timestamptz,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  field_versions jsonb,
  primary key (tenant_id, source, id)
);
create index conversations_contact_idx on crm.conversations (tenant_id, source, contact_id);

-- Partitioned by quarter; the one writer makes partitions as it needs them (db/partitions.ts). What is dated before
-- 2000 or after 2099 is an error of its source, and kept in two partitions of its own. That an id is there once is the
-- writer's work, under its lock: a unique key cannot span partitions.
create table crm.messages (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  conversation_id text,
  contact_id text,
  direction text,
  sender_kind text,
  operator_id text,
  type text,
  status text,
  failure_reason text,
  text text,
  content_length integer,
  channel text,
  sent_at timestamptz not null,
  campaign_id text,
  account_id text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  field_versions jsonb,
  primary key (tenant_id, source, id, sent_at)
) partition by range (sent_at);
create index messages_sent_at_idx on crm.messages (tenant_id, sent_at);
create index messages_contact_idx on crm.messages (tenant_id, source, contact_id, sent_at);
create table crm.messages_before partition of crm.messages for values from (minvalue) to ('2000-01-01T00:00:00Z');
create table crm.messages_after partition of crm.messages for values from ('2100-01-01T00:00:00Z') to (maxvalue);

create table crm.campaigns (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  name text,
  status text,
  template text,
  created_at timestamptz,
  scheduled_at timestamptz,
  sent_at timestamptz,
  recipients integer,
  cost_minor bigint,
  revenue_minor bigint,
  currency text,
  account_id text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  field_versions jsonb,
  primary key (tenant_id, source, id)
);

-- Counters of a campaign as they were read at a moment: totals so far.
create table crm.campaign_reports (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  campaign_id text,
  at timestamptz not null,
  recipients integer,
  delivered integer,
  read integer,
  replied integer,
  failed integer,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index campaign_reports_campaign_idx on crm.campaign_reports (tenant_id, source, campaign_id, at);

create table crm.campaign_recipients (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  campaign_id text,
  contact_id text,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  replied_at timestamptz,
  failed_at timestamptz,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index campaign_recipients_campaign_idx on crm.campaign_recipients (tenant_id, source, campaign_id);

create table crm.leads (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  stage text,
  status text,
  qualified_at timestamptz,
  closed_at timestamptz,
  amount_minor bigint,
  operator_id text,
  account_id text,
  contact_id text,
  origin text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index leads_created_at_idx on crm.leads (tenant_id, created_at);

create table crm.opportunities (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  lead_id text,
  created_at timestamptz,
  engaged_at timestamptz,
  closed_at timestamptz,
  status text,
  stage text,
  amount_minor bigint,
  product text,
  operator_id text,
  account_id text,
  contact_id text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index opportunities_created_at_idx on crm.opportunities (tenant_id, created_at);
create index opportunities_lead_idx on crm.opportunities (tenant_id, source, lead_id);

create table crm.outreach (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  sent_at timestamptz not null,
  channel text,
  responded boolean,
  converted boolean,
  operator_id text,
  account_id text,
  lead_id text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index outreach_sent_at_idx on crm.outreach (tenant_id, sent_at);

-- What an account pays for: so many agents in the billing period [billing_date, next_billing_date).
create table crm.licences (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  account_id text,
  billing_date date,
  next_billing_date date,
  agents integer,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);

-- Signs of life of operators. Partitioned as messages are.
create table crm.activity (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  operator_id text,
  at timestamptz not null,
  account_id text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id, at)
) partition by range (at);
create index activity_at_idx on crm.activity (tenant_id, at);
create table crm.activity_before partition of crm.activity for values from (minvalue) to ('2000-01-01T00:00:00Z');
create table crm.activity_after partition of crm.activity for values from ('2100-01-01T00:00:00Z') to (maxvalue);

create table crm.scores (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  account_id text,
  kind text,
  at timestamptz not null,
  value double precision,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index scores_at_idx on crm.scores (tenant_id, at);

create table crm.costs (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  period_from date,
  period_to date,
  amount_minor bigint,
  kind text,
  account_id text,
  channel text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);

-- When a stream was whole for the first time: what is first seen later is new, also where its source has no dates. And
-- how old its data may get before it is late; null where nobody has said.
alter table ops.streams add column first_complete_at timestamptz;
alter table ops.streams add column refresh_sla_minutes integer;

-- Whether whoever asks may see what belongs to the company and to no operator: contacts, campaigns, licences.
create function ops.viewer_sees_company() returns boolean
  language sql stable
  return coalesce(ops.viewer_role() in ('supervisor', 'owner', 'admin', 'executive'), false);

-- Records with an operator and a team: everything for some roles, else one's own or one's teams'.
alter table crm.conversations enable row level security;
grant select on crm.conversations to crema_reader;
create policy viewer on crm.conversations for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_all())
    or (source, team_id) in (select v.source, v.team_id from ops.viewer_teams() v)
    or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
  )
);

do $$
declare target text;
begin
  -- With an operator only.
  foreach target in array array['crm.messages', 'crm.leads', 'crm.opportunities', 'crm.outreach', 'crm.activity']
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format($policy$
      create policy viewer on %s for select to crema_reader using (
        tenant_id = (select ops.current_tenant())
        and (
          (select ops.viewer_sees_all())
          or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
        )
      )$policy$, target);
  end loop;
  -- The company's.
  foreach target in array array[
    'crm.contacts', 'crm.campaigns', 'crm.campaign_reports', 'crm.campaign_recipients', 'crm.licences', 'crm.scores', 'crm.costs']
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format($policy$
      create policy viewer on %s for select to crema_reader using (
        tenant_id = (select ops.current_tenant()) and (select ops.viewer_sees_company())
      )$policy$, target);
  end loop;
end
$$;
