-- What of a lead or an opportunity depends on the other one. For who asks it is looked up with the owner's rights: a person
-- who may see a lead is told how far it has come, also where the opportunity is a colleague's. Only of the tenant that is set.

-- When the first opportunity of a lead was opened and when the first one was won; '-infinity' where it is known that one
-- was but not when, null where none was.
create function ops.deals_of_lead(
  of_tenant bigint, of_source text, of_lead text, out first_deal_at timestamptz, out first_won_at timestamptz)
  language sql stable strict security definer set search_path = ''
  begin atomic
    select
      min(coalesce(o.created_at, o.engaged_at, '-infinity')),
      min(coalesce(o.closed_at, '-infinity')) filter (where o.status = 'won')
    from crm.opportunities o
    where o.tenant_id = of_tenant and o.tenant_id = ops.current_tenant()
      and o.source = of_source and o.lead_id = of_lead and o.deleted_at is null;
  end;

-- The account of a lead, which is that of its opportunities where they have none of their own.
create function ops.account_of_lead(of_tenant bigint, of_source text, of_lead text) returns text
  language sql stable strict security definer set search_path = ''
  begin atomic
    select l.account_id from crm.leads l
    where l.tenant_id = of_tenant and l.tenant_id = ops.current_tenant()
      and l.source = of_source and l.id = of_lead;
  end;

-- Leads with how far their opportunities have come. Crema itself, which goes through all of them, joins what it may see
-- anyway; the function is strict, so it is not called then.
create view crm.lead_progress with (security_invoker = true) as
select
  l.*,
  coalesce(own.first_deal_at, asked.first_deal_at) as first_deal_at, coalesce(own.first_won_at, asked.first_won_at) as first_won_at
from crm.leads l
left join lateral (
  select
    min(coalesce(o.created_at, o.engaged_at, '-infinity')) as first_deal_at,
    min(coalesce(o.closed_at, '-infinity')) filter (where o.status = 'won') as first_won_at
  from crm.opportunities o
  where o.tenant_id = l.tenant_id and o.source = l.source and o.lead_id = l.id and o.deleted_at is null
    and current_user <> 'crema_reader'
) as own on true
left join lateral ops.deals_of_lead(
  case when current_user = 'crema_reader' then l.tenant_id end, l.source, l.id) as asked on true;

-- Opportunities with the day they began and the account they belong to.
create view crm.deals with (security_invoker = true) as
select
  o.tenant_id, o.source, o.id, o.lead_id, o.closed_at, o.status, o.amount_minor, o.product, o.operator_id, o.deleted_at,
  coalesce(o.created_at, o.engaged_at) as opened_at,
  case
    when o.account_id <> '' then o.account_id
    when current_user = 'crema_reader' then ops.account_of_lead(o.tenant_id, o.source, o.lead_id)
    else (
      select l.account_id from crm.leads l where l.tenant_id = o.tenant_id and l.source = o.source and l.id = o.lead_id)
  end as account_id
from crm.opportunities o;

create index leads_updated_at_idx on crm.leads (tenant_id, updated_at);
create index leads_qualified_at_idx on crm.leads (tenant_id, qualified_at) where qualified_at is not null;
create index leads_closed_at_idx on crm.leads (tenant_id, closed_at) where closed_at is not null;
create index opportunities_opened_at_idx on crm.opportunities (tenant_id, (coalesce(created_at, engaged_at)));
create index opportunities_closed_at_idx on crm.opportunities (tenant_id, closed_at) where closed_at is not null;

-- Leads by the local day they were created on: how many, what they are worth, and how far they have come by now.
create table mart.lead_created_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  stage text not null,
  operator_id text not null,
  account_id text not null,
  created_month text not null,
  leads integer not null,
  amount_minor bigint not null,
  with_amount integer not null,
  reached_sql integer not null,
  reached_opportunity integer not null,
  reached_won integer not null,
  primary key (tenant_id, day, source, stage, operator_id, account_id, created_month)
);

create table mart.lead_qualified_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  operator_id text not null,
  account_id text not null,
  leads integer not null,
  primary key (tenant_id, day, source, operator_id, account_id)
);

create table mart.opportunity_opened_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  operator_id text not null,
  account_id text not null,
  product text not null,
  opportunities integer not null,
  primary key (tenant_id, day, source, operator_id, account_id, product)
);

-- Won and lost opportunities by the local day they were closed on, and by how many days they took (-1: not known).
create table mart.opportunity_closed_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  status text not null,
  operator_id text not null,
  account_id text not null,
  product text not null,
  cycle_days integer not null,
  opportunities integer not null,
  amount_minor bigint not null,
  with_amount integer not null,
  primary key (tenant_id, day, source, status, operator_id, account_id, product, cycle_days)
);

-- Which local days a snapshot was taken of.
create table ops.snapshots (
  tenant_id bigint not null,
  snapshot text not null,
  day date not null,
  primary key (tenant_id, snapshot, day)
);

-- What was believed at the end of past days: a row holds from the day `since` to `day`, both included, and is the present
-- belief while `day` is infinity. So what does not change is stored once and not every day.
create table mart.pipeline_snapshot (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  stage text not null,
  operator_id text not null,
  account_id text not null,
  created_month text not null,
  since date not null,
  leads integer not null,
  amount_minor bigint not null,
  with_amount integer not null,
  primary key (tenant_id, day, source, stage, operator_id, account_id, created_month)
);

-- `month` is that of the stage's own date; the parts that begin with cohort_ have the month in which the lead was created.
create table mart.funnel_snapshot (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  part text not null,
  operator_id text not null,
  account_id text not null,
  month date not null,
  since date not null,
  records integer not null,
  primary key (tenant_id, day, source, part, operator_id, account_id, month)
);

-- Records with an operator: everything for some roles, else one's own or those of one's teams.
do $$
declare target text;
begin
  foreach target in array array[
    'mart.lead_created_daily', 'mart.lead_qualified_daily', 'mart.opportunity_opened_daily', 'mart.opportunity_closed_daily',
    'mart.pipeline_snapshot', 'mart.funnel_snapshot']
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
end
$$;
grant select on crm.lead_progress, crm.deals to crema_reader;

alter table ops.snapshots enable row level security;
grant select on ops.snapshots to crema_reader;
create policy tenant on ops.snapshots for select to crema_reader using (tenant_id = (select ops.current_tenant()));

-- Streams as rows that a KPI can be made of: what `source` is a column of every aggregate is here also a value to ask for.
create view ops.stream_ages with (security_invoker = true) as
select
  tenant_id, (coalesce(first_complete_at, loaded_at) at time zone 'UTC')::date as day,
  source, source as origin, stream, as_of, refresh_sla_minutes
from ops.streams;
grant select on ops.stream_ages to crema_reader;
