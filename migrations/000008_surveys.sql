-- Answers of customers to surveys: satisfaction (csat, 1 to 5) and recommendation (nps, 0 to 10).
create table crm.surveys (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  kind text,
  score integer,
  answered_at timestamptz not null,
  account_id text,
  operator_id text,
  team_id text,
  ticket_id text,
  contact_id text,
  comment text,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id),
  -- Of an answer that was deleted before it was seen only the id is known.
  check (deleted_at is not null or (kind is not null and score is not null))
);
create index surveys_answered_at_idx on crm.surveys (tenant_id, answered_at);

-- Answers by the local day they were given on, and by score: averages, shares and distributions are sums of these.
create table mart.survey_daily (
  tenant_id bigint not null,
  day date not null,
  source text not null,
  kind text not null,
  score integer not null,
  account_id text not null,
  operator_id text not null,
  team_id text not null,
  answers integer not null,
  primary key (tenant_id, day, source, kind, score, account_id, operator_id, team_id)
);

-- As for tickets: everything for some roles, else one's own or one's teams'.
do $$
declare target text;
begin
  foreach target in array array['crm.surveys', 'mart.survey_daily']
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format($policy$
      create policy viewer on %s for select to crema_reader using (
        tenant_id = (select ops.current_tenant())
        and (
          (select ops.viewer_sees_all())
          or (source, team_id) in (select v.source, v.team_id from ops.viewer_teams() v)
          or (source, operator_id) in (select v.source, v.operator_id from ops.viewer_operators() v)
        )
      )$policy$, target);
  end loop;
end
$$;
