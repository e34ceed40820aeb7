-- People of Slack who are operators of the CRM. What is kept is what Slack says about a person, never what the CRM says:
-- who they are in the CRM and what they may see is found from the operators as they are now, by the functions below, in
-- the statement that reads the numbers. So an old row here can never give more than the operator's record gives.
create table ops.slack_users (
  tenant_id bigint not null,
  slack_user_id text not null,
  standing text not null check (standing in ('member', 'guest', 'bot', 'deactivated', 'foreign')),
  name text,
  email text,
  checked_at timestamptz not null,
  primary key (tenant_id, slack_user_id),
  -- Only full members of the workspace are known by their address.
  check (email is null or standing = 'member')
);

-- Addresses are equal when they are so but for the case of A to Z and space around them. Other letters are not folded: a
-- mailbox with a look-alike of k is another mailbox.
create function ops.email_key(address text) returns text
  language sql immutable
  return lower(btrim(address, E' \t\r\n') collate "C");

create index operators_email_idx on crm.operators (tenant_id, ops.email_key(email)) where email is not null;

-- Everybody who will see the answer: crema.viewer is one id, or several with spaces between them. Ids are those of
-- ops.people, or `slack:` and a Slack user id. One that nobody has stays in the list, and then nothing is seen.
create function ops.viewers() returns table (viewer text, slack_user_id text)
  language sql stable set search_path = ''
  begin atomic
    select distinct named.viewer, case when named.viewer like 'slack:%' then substr(named.viewer, 7) end
    from unnest(string_to_array(current_setting('crema.viewer', true), ' ')) as named (viewer);
  end;

-- What each viewer is: the person of crema.yaml, which overrides everything, or the operators with the address of the
-- Slack profile, one in each source. An address that several operators of a source have is nobody's there. An operator
-- who was deleted or deactivated, or whose role gives nothing, is not one.
create function ops.viewer_records() returns table (
  viewer text, configured boolean, role text, source text, operator_id text, team_ids text[], name text
)
  language sql stable security definer set search_path = ''
  begin atomic
    with slack as (
      select v.viewer, ops.email_key(s.email) as email
      from ops.viewers() v
      join ops.slack_users s on s.tenant_id = ops.current_tenant() and s.slack_user_id = v.slack_user_id
      where s.standing = 'member' and ops.email_key(s.email) <> ''
    ), named as (
      select distinct on (v.viewer) v.viewer, p.role, p.source, p.operator_id, p.team_ids, p.name
      from ops.viewers() v
      left join slack s on s.viewer = v.viewer
      join ops.people p on p.tenant_id = ops.current_tenant()
        and (p.person_id = v.viewer or p.slack_user_id = v.slack_user_id or ops.email_key(p.email) = s.email)
      order by v.viewer,
        (p.person_id = v.viewer) desc, coalesce(p.slack_user_id = v.slack_user_id, false) desc, p.person_id
    )
    select n.viewer, true, n.role, n.source, n.operator_id, n.team_ids, n.name
    from named n
    union all
    select s.viewer, false, o.role, o.source, o.id, '{}'::text[], o.name
    from slack s
    join crm.operators o on o.tenant_id = ops.current_tenant() and ops.email_key(o.email) = s.email
    where not exists (select from named n where n.viewer = s.viewer)
      and o.id <> '' and o.deleted_at is null and o.active is distinct from false
      and o.role in ('agent', 'supervisor', 'admin', 'owner')
      and not exists (
        select from crm.operators other
        where other.tenant_id = o.tenant_id and other.source = o.source and other.id <> o.id
          and ops.email_key(other.email) = s.email and other.deleted_at is null and other.active is distinct from false
      );
  end;

-- One role for each viewer, null for those who may see nothing. Somebody who is an admin in one source and less in
-- another is no admin of the tenant: that record then counts like a supervisor's.
create function ops.viewer_roles() returns table (viewer text, role text)
  language sql stable security definer set search_path = ''
  begin atomic
    select v.viewer, case
        when count(r.role) = 0 then null
        when min(r.role) = max(r.role) then min(r.role)
        when bool_and(r.role in ('admin', 'owner')) then 'admin'
        else 'supervisor'
      end
    from ops.viewers() v left join ops.viewer_records() r on r.viewer = v.viewer
    group by v.viewer;
  end;

-- Teams and operators whose records each viewer may see, for those who do not see everything. A supervisor answers for
-- the teams named in crema.yaml, the team of the own record, and the operators that name the supervisor.
create function ops.viewer_grants() returns table (viewer text, kind text, source text, id text)
  language sql stable security definer set search_path = ''
  begin atomic
    with records as (
      select r.viewer, r.configured, r.source, r.operator_id, r.team_ids,
        v.role = 'supervisor' and r.role <> 'agent' as leads
      from ops.viewer_records() r join ops.viewer_roles() v on v.viewer = r.viewer
      where v.role in ('agent', 'supervisor')
    ), own as (
      select r.viewer, r.configured, r.leads, o.source, o.id, o.team_id
      from records r
      join crm.operators o on o.tenant_id = ops.current_tenant()
        and (r.source is null or o.source = r.source) and o.id = r.operator_id
      where o.id <> ''
    ), teams as (
      select r.viewer, t.source, t.id
      from records r
      join crm.teams t on t.tenant_id = ops.current_tenant()
        and (r.source is null or t.source = r.source) and t.id = any (r.team_ids)
      where r.leads and t.id <> ''
      union
      select o.viewer, o.source, o.team_id from own o where o.leads and o.team_id <> ''
    )
    select t.viewer, 'team', t.source, t.id from teams t
    union
    select o.viewer, 'operator', o.source, o.id from own o
    union
    select t.viewer, 'operator', o.source, o.id
    from teams t
    join crm.operators o on o.tenant_id = ops.current_tenant() and o.source = t.source and o.team_id = t.id
    where o.id <> ''
    union
    select led.viewer, 'operator', o.source, o.id
    from own led
    join crm.operators o on o.tenant_id = ops.current_tenant() and o.source = led.source
      and led.id = any (o.supervisor_ids)
    where led.leads and not led.configured and o.id <> '';
  end;

-- The row policies of 000004 go on asking these; for several viewers they now give what all of them have.

create or replace function ops.viewer_role() returns text
  language sql stable security definer set search_path = ''
  return case
    when current_setting('crema.viewer', true) = '*' then 'owner'
    else (
      select case
          when bool_and(v.role is not null) then
            (array['agent', 'supervisor', 'executive', 'admin', 'owner'])[
              min(array_position(array['agent', 'supervisor', 'executive', 'admin', 'owner'], v.role))]
        end
      from ops.viewer_roles() v
    )
  end;

create or replace function ops.viewer_teams() returns table (source text, team_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select g.source, g.id
    from ops.viewer_grants() g
    where g.kind = 'team'
    group by g.source, g.id
    having count(*) = (
      select count(*) from ops.viewer_roles() v
      where v.role is null or v.role not in ('owner', 'admin', 'executive')
    );
  end;

create or replace function ops.viewer_operators() returns table (source text, operator_id text)
  language sql stable security definer set search_path = ''
  begin atomic
    select g.source, g.id
    from ops.viewer_grants() g
    where g.kind = 'operator'
    group by g.source, g.id
    having count(*) = (
      select count(*) from ops.viewer_roles() v
      where v.role is null or v.role not in ('owner', 'admin', 'executive')
    );
  end;
