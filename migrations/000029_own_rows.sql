-- An agent sees a thousandth of a company's rows, and the policies alone make the database read all of them to find it. Statements
-- for somebody who sees only operators' own rows say so too (src/rollups/read.ts), and find them by these.
create index conversation_active_daily_operator_idx on mart.conversation_active_daily (tenant_id, operator_id, day);
create index conversation_daily_operator_idx on mart.conversation_daily (tenant_id, operator_id, day);
create index lead_created_daily_operator_idx on mart.lead_created_daily (tenant_id, operator_id, day);
create index lead_qualified_daily_operator_idx on mart.lead_qualified_daily (tenant_id, operator_id, day);
create index operator_active_daily_operator_idx on mart.operator_active_daily (tenant_id, operator_id, day);
create index opportunity_closed_daily_operator_idx on mart.opportunity_closed_daily (tenant_id, operator_id, day);
create index opportunity_opened_daily_operator_idx on mart.opportunity_opened_daily (tenant_id, operator_id, day);
create index response_daily_operator_idx on mart.response_daily (tenant_id, operator_id, day);
create index survey_daily_operator_idx on mart.survey_daily (tenant_id, operator_id, day);
create index ticket_answered_daily_operator_idx on mart.ticket_answered_daily (tenant_id, operator_id, day);
create index ticket_created_daily_operator_idx on mart.ticket_created_daily (tenant_id, operator_id, day);
create index ticket_decided_daily_operator_idx on mart.ticket_decided_daily (tenant_id, operator_id, day);
create index ticket_ended_daily_operator_idx on mart.ticket_ended_daily (tenant_id, operator_id, day);
create index ticket_resolved_daily_operator_idx on mart.ticket_resolved_daily (tenant_id, operator_id, day);
create index ticket_sla_daily_operator_idx on mart.ticket_sla_daily (tenant_id, operator_id, day);

-- Who a viewer is, is asked several times for each digest and answer. A disjunction over three columns reads everybody; three
-- look-ups read one row each, and give the same rows.
create index people_email_idx on ops.people (tenant_id, ops.email_key(email)) where email is not null;
create index operators_id_idx on crm.operators (tenant_id, id);

create or replace function ops.viewer_records() returns table (
  viewer text, configured boolean, role text, source text, operator_id text, team_ids text[], name text
)
  language sql stable security definer rows 1 set search_path = ''
  begin atomic
    with slack as (
      select v.viewer, ops.email_key(s.email) as email
      from ops.viewers() v
      join ops.slack_users s on s.tenant_id = ops.current_tenant() and s.slack_user_id = v.slack_user_id
      where s.standing = 'member' and ops.email_key(s.email) <> ''
    ), named as (
      select distinct on (found.viewer) found.viewer, found.role, found.source, found.operator_id, found.team_ids, found.name
      from (
        select v.viewer, 1 as place, p.person_id, p.role, p.source, p.operator_id, p.team_ids, p.name
        from ops.viewers() v join ops.people p on p.tenant_id = ops.current_tenant() and p.person_id = v.viewer
        union all
        select v.viewer, 2, p.person_id, p.role, p.source, p.operator_id, p.team_ids, p.name
        from ops.viewers() v join ops.people p on p.tenant_id = ops.current_tenant() and p.slack_user_id = v.slack_user_id
        union all
        select s.viewer, 3, p.person_id, p.role, p.source, p.operator_id, p.team_ids, p.name
        from slack s join ops.people p on p.tenant_id = ops.current_tenant() and ops.email_key(p.email) = s.email
      ) found
      order by found.viewer, found.place, found.person_id
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

-- What comes due in one slot is ready at one moment: a claim sorted all of it to find the first. In the order of claims, and with
-- what decides whether a row waits, so that those that do are passed over within the index.
create index deliveries_ready_idx on ops.deliveries (tenant_id, ready_at, delivery_id, not_before) where state = 'pending';
drop index ops.deliveries_pending_idx;
