-- The moment a campaign is counted at: when it was sent, else when it is to be, else when it was made.
alter table crm.campaigns add column counted_at timestamptz generated always as (coalesce(sent_at, scheduled_at, created_at)) stored;
create index campaigns_counted_at_idx on crm.campaigns (tenant_id, counted_at) where counted_at is not null;

-- Campaigns by the local day they were sent on, with the counters of their latest report.
create table mart.campaign_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  campaign_id text not null,
  status text not null,
  template text not null,
  account_id text not null,
  campaigns integer not null,
  reported integer not null,
  recipients bigint not null,
  delivered bigint not null,
  read bigint not null,
  replied bigint not null,
  failed bigint not null,
  primary key (tenant_id, day, source, campaign_id, status, template, account_id)
);

alter table mart.campaign_daily enable row level security;
grant select on mart.campaign_daily to crema_reader;
create policy viewer on mart.campaign_daily for select to crema_reader using (
  tenant_id = (select ops.current_tenant()) and (select ops.viewer_sees_company())
);

-- What status a campaign had on a past day is found from the changes of it.
alter table crm.changes enable row level security;
grant select on crm.changes to crema_reader;
create policy campaigns on crm.changes for select to crema_reader using (
  tenant_id = (select ops.current_tenant()) and entity = 'campaign' and (select ops.viewer_sees_company())
);
