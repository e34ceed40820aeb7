-- '' in an aggregate stands for "the record has none". An operator whose team a source gives as an empty text has none
-- either: its supervisor must not see every record without a team.
create or replace function ops.viewer_teams() returns table (source text, team_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select t.source, t.id
    from ops.people p
    join crm.teams t on t.tenant_id = p.tenant_id and (p.source is null or t.source = p.source)
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
      and p.role = 'supervisor' and t.id = any (p.team_ids) and t.id <> ''
    union
    select o.source, o.team_id
    from ops.people p
    join crm.operators o on o.tenant_id = p.tenant_id and (p.source is null or o.source = p.source) and o.id = p.operator_id
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true)
      and p.role = 'supervisor' and o.team_id <> '';
  end;

create or replace function ops.viewer_operators() returns table (source text, operator_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select o.source, o.id
    from ops.people p
    join crm.operators o on o.tenant_id = p.tenant_id and (p.source is null or o.source = p.source) and o.id = p.operator_id
    where p.tenant_id = ops.current_tenant() and p.person_id = current_setting('crema.viewer', true) and o.id <> ''
    union
    select o.source, o.id
    from ops.viewer_teams() v
    join crm.operators o on o.tenant_id = ops.current_tenant() and o.source = v.source and o.team_id = v.team_id
    where o.id <> '';
  end;
