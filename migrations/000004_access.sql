-- Who may read what. KPI queries run as crema_reader, which sees the rows that crema.tenant and crema.viewer (set per
-- transaction) allow, and nothing when they are not set. The role is the cluster's, so another database may have made it.
do $$
begin
  create role crema_reader nologin;
exception when duplicate_object or unique_violation then null;
end
$$;
do $$
begin
  execute format('grant crema_reader to %I', current_user);
exception when others then
  if not pg_has_role(current_user, 'crema_reader', 'member') then raise; end if;
end
$$;

create function ops.current_tenant() returns bigint
  language sql stable
  return nullif(current_setting('crema.tenant', true), '')::bigint;

-- The viewer's role: '*' is Crema itself (the command line without --as); nobody else gets a role without a row.
create function ops.viewer_role() returns text
  language sql stable security definer set search_path = ''
  return case
    when current_setting('crema.viewer', true) = '*' then 'owner'
    else (
      select p.role from ops.people p
      where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
    )
  end;

create function ops.viewer_sees_all() returns boolean
  language sql stable
  return coalesce(ops.viewer_role() in ('owner', 'admin', 'executive'), false);

-- Teams a supervisor answers for: those named with the person, and the team of the person's own operator record.
create function ops.viewer_teams() returns table (source text, team_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select t.source, t.id
    from ops.people p
    join crm.teams t on t.tenant_id = p.tenant_id and (p.source is null or t.source = p.source)
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
      and p.role = 'supervisor' and t.id = any (p.team_ids)
    union
    select o.source, o.team_id
    from ops.people p
    join crm.operators o on o.tenant_id = p.tenant_id and (p.source is null or o.source = p.source) and o.id = p.operator_id
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
      and p.role = 'supervisor' and o.team_id is not null;
  end;

-- Operators whose records the viewer may see: the person's own, and for a supervisor those of the teams.
create function ops.viewer_operators() returns table (source text, operator_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select o.source, o.id
    from ops.people p
    join crm.operators o on o.tenant_id = p.tenant_id and (p.source is null or o.source = p.source) and o.id = p.operator_id
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
    union
    select o.source, o.id
    from ops.viewer_teams() v
    join crm.operators o on o.tenant_id = ops.current_tenant() and o.source = v.source and o.team_id = v.team_id;
  end;

grant usage on schema ops, crm, mart to crema_reader;

-- Rows that belong to an operator or a team: everything for some roles, else one's own or one's teams'.
do $$
declare target text;
begin
  foreach target in array array['crm.tickets', 'mart.ticket_created_daily', 'mart.ticket_resolved_daily', 'mart.ticket_ended_daily']
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

alter table crm.operators enable row level security;
grant select on crm.operators to crema_reader;
create policy viewer on crm.operators for select to crema_reader using (
  tenant_id = (select ops.current_tenant())
  and (
    (select ops.viewer_sees_all())
    or (source, id) in (select v.source, v.operator_id from ops.viewer_operators() v)
  )
);

-- Names and state that everybody of the tenant may read.
do $$
declare target text;
begin
  foreach target in array array['crm.accounts', 'crm.teams', 'ops.tenants', 'ops.streams', 'ops.dirty', 'ops.rollups']
  loop
    execute format('alter table %s enable row level security', target);
    execute format('grant select on %s to crema_reader', target);
    execute format('create policy tenant on %s for select to crema_reader using (tenant_id = (select ops.current_tenant()))', target);
  end loop;
end
$$;
