-- Growth: who exists, and since and until when.
alter table crm.contacts add column ended_at timestamptz generated always as (
  case
    when deleted_at is not null and coalesce(created_at, first_seen_at) is not null
    then greatest(coalesce(created_at, first_seen_at), deleted_at)
  end
) stored;
create index contacts_ended_at_idx on crm.contacts (tenant_id, ended_at) where ended_at is not null;

-- Contacts by the local day they exist from; `created` is those known to be new, not only seen for the first time.
create table mart.contact_begun_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  country text not null,
  segment text not null,
  origin text not null,
  account_id text not null,
  contacts integer not null,
  created integer not null,
  primary key (tenant_id, day, source, country, segment, origin, account_id)
);

-- Contacts by the local day they ended on.
create table mart.contact_ended_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  country text not null,
  segment text not null,
  origin text not null,
  account_id text not null,
  contacts integer not null,
  primary key (tenant_id, day, source, country, segment, origin, account_id)
);

-- Adoption: operators by the local days they were there, one row each, so that distinct ones are counted exactly.
create table mart.operator_active_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  operator_id text not null,
  account_id text not null,
  signs integer not null,
  primary key (tenant_id, day, source, operator_id, account_id)
);
create index licences_billing_date_idx on crm.licences (tenant_id, billing_date);

do $$
declare target text;
begin
  foreach target in array array['mart.contact_begun_daily', 'mart.contact_ended_daily']
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

alter table mart.operator_active_daily enable row level security;
grant select on mart.operator_active_daily to crema_reader;
create policy viewer on mart.operator_active_daily for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_all())
    or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
  )
);

-- Whether an operator was active on a past day is found from the changes.
create policy operators on crm.changes for select to crema_reader using (
  tenant_id = (select ops.current_tenant()) and entity = 'operator'
  and (
    (select ops.viewer_sees_all())
    or (source, entity_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
  )
);
