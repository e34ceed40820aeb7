-- Every policy of every table of every statement of an answer asks who the viewer is. Within one snapshot that is the same
-- each time: `readAs` asks once and keeps it in crema.known for its transaction. Whoever does not, is answered as before.

-- What is kept, where it is about the tenant and the viewer that are set now; else null.
create function ops.viewer_known() returns jsonb
  language sql stable
  return case
    when nullif(current_setting('crema.known', true), '')::jsonb ->> 'for'
      = current_setting('crema.tenant', true) || ' ' || current_setting('crema.viewer', true)
    then current_setting('crema.known', true)::jsonb
  end;

-- The functions of 000009 under other names; the policies go on asking those of the old names.
create function ops.find_viewer_role() returns text
  language sql stable security definer set search_path = ''
  return (
    select case
        when bool_and(v.role is not null) then
          (array['agent', 'supervisor', 'executive', 'admin', 'owner'])[
            min(array_position(array['agent', 'supervisor', 'executive', 'admin', 'owner'], v.role))]
      end
    from ops.viewer_roles() v
  );

create function ops.find_viewer_grants() returns table (kind text, source text, id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select g.kind, g.source, g.id
    from ops.viewer_grants() g
    group by g.kind, g.source, g.id
    having count(*) = (
      select count(*) from ops.viewer_roles() v
      where v.role is null or v.role not in ('owner', 'admin', 'executive')
    );
  end;

-- To be kept. Crema itself and whoever sees everything need no teams and operators: what is not in it is found when asked.
create function ops.know_viewer() returns jsonb
  language sql stable security definer set search_path = ''
  begin atomic
    select jsonb_build_object(
        'for', current_setting('crema.tenant', true) || ' ' || current_setting('crema.viewer', true), 'role', r.role)
      || case
        when r.role in ('owner', 'admin', 'executive') then '{}'::jsonb
        else (
          select jsonb_build_object(
            'teams', coalesce(jsonb_agg(jsonb_build_array(g.source, g.id)) filter (where g.kind = 'team'), '[]'),
            'operators', coalesce(jsonb_agg(jsonb_build_array(g.source, g.id)) filter (where g.kind = 'operator'), '[]'))
          from ops.find_viewer_grants() g)
      end
    from (select ops.find_viewer_role() as role) r
    where current_setting('crema.viewer', true) <> '*';
  end;

create or replace function ops.viewer_role() returns text
  language sql stable security definer set search_path = ''
  return case
    when current_setting('crema.viewer', true) = '*' then 'owner'
    when ops.viewer_known() is not null then ops.viewer_known() ->> 'role'
    else ops.find_viewer_role()
  end;

create or replace function ops.viewer_teams() returns table (source text, team_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select t ->> 0, t ->> 1 from jsonb_array_elements(ops.viewer_known() -> 'teams') t
    union all
    select g.source, g.id from ops.find_viewer_grants() g
    where g.kind = 'team' and ops.viewer_known() -> 'teams' is null;
  end;

create or replace function ops.viewer_operators() returns table (source text, operator_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select o ->> 0, o ->> 1 from jsonb_array_elements(ops.viewer_known() -> 'operators') o
    union all
    select g.source, g.id from ops.find_viewer_grants() g
    where g.kind = 'operator' and ops.viewer_known() -> 'operators' is null;
  end;
