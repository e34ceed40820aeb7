import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { accounts, chance, now, teams } from '../company.ts';

const operators = 200;

/**
 * So many tickets spread evenly over the days up to now. Times to reply and to resolve are exponential, about 8 in 100
 * of them over the default target; whoever came lately may still be open.
 */
export async function addTickets(
  db: Queryable,
  tenantId: number,
  { tickets, days }: { tickets: number; days: number },
): Promise<void> {
  const end = sql`${now.toString()}::timestamptz`;
  const secondsBetween = (days * 86_400) / tickets;
  await db.run(sql`
    insert into crm.tickets (
      tenant_id, source, id, created_at, updated_at, priority, status, first_response_at, resolved_at, sla_met,
      operator_id, team_id, account_id, channel, version
    )
    select
      ${tenantId}::bigint, 'bench', 'ticket-' || i, created_at, coalesce(resolved_at, answered_at, created_at), t.priority,
      case when resolved_at is not null then 'resolved' when answered_at is not null then 'open' else 'new' end,
      answered_at, resolved_at, resolved_at is not null and ${chance(9)} < 0.9,
      'operator-' || operator, 'team-' || 1 + operator % ${teams}::int, 'account-' || 1 + floor(${chance(5)} * ${accounts}::int),
      (array['email', 'chat', 'phone', 'web'])[1 + floor(${chance(6)} * 4)::int], 1
    from generate_series(1, ${tickets}::int) as g (i)
    cross join lateral (
      select
        ${end} - floor((${tickets}::int - i + ${chance(1)}) * ${secondsBetween}::float8) * interval '1 second' as created_at,
        (array['critical', 'high', 'medium', 'medium', 'medium', 'low', 'low', 'low'])[1 + floor(${chance(2)} * 8)::int] as priority,
        1 + floor(${chance(7)} * ${operators}::int)::int as operator
    ) c
    join ${targets} on t.priority = c.priority
    cross join lateral (
      select created_at + floor(-ln(1 - ${chance(3)}) * 0.4 * first_response) * interval '1 second' as answered
    ) a
    cross join lateral (
      select greatest(answered, created_at + floor(-ln(1 - ${chance(4)}) * 0.4 * resolution) * interval '1 second') as resolved
    ) r
    cross join lateral (
      select case when answered <= ${end} then answered end as answered_at, case when resolved <= ${end} then resolved end as resolved_at
    ) known`);
}

/** Default targets in seconds by priority. */
const targets: Sql = (() => {
  const { firstResponse, resolution } = defaultPolicies.standard[0]!.targets;
  const rows = (['critical', 'high', 'medium', 'low'] as const).map(
    (priority) => sql`(${priority}, ${firstResponse?.[priority]}::int, ${resolution?.[priority]}::int)`,
  );
  return sql`(values ${join(rows)}) as t (priority, first_response, resolution)`;
})();

/**
 * Stores the verdicts of tickets without events as of now under the default policies, by the formula they then come to:
 * the clock never stops, so a target passes at creation plus target. A million of them this way take seconds, and
 * `verifySla` says whether the engine comes to the same.
 */
export async function addVerdicts(db: Queryable, tenantId: number): Promise<void> {
  const half = (alias: string, fulfilled: string, target: string) => sql`
    cross join lateral (
      select at, due, case when at is null or at > risk then risk end as risk, case
        when at <= due then 'met' when at is null and due > ${now.toString()}::timestamptz then 'pending' else 'missed'
      end as state
      from (select ${raw(fulfilled)} as at, e.created_at + ${raw(target)} * interval '1 second' as due,
        e.created_at + (${raw(target)} - greatest(0.25 * ${raw(target)}, 900)) * interval '1 second' as risk) as times
    ) as ${raw(alias)}`;
  const stored = (half: string) =>
    raw(`${half}.state, case when ${half}.state = 'pending' then ${half}.due end, ${half}.risk,
      case ${half}.state when 'met' then ${half}.at when 'missed' then ${half}.due end,
      ${half}.at, (extract(epoch from ${half}.at - e.created_at) * 1000000)::bigint`);
  await db.run(sql`
    insert into crm.ticket_sla (
      tenant_id, source, id, state, decided_at,
      first_response_state, first_response_due_at, first_response_risk_at, first_response_decided_at, first_response_at,
      first_response_us, resolution_state, resolution_due_at, resolution_risk_at, resolution_decided_at, resolution_at, resolution_us, next_due_at
    )
    select
      e.tenant_id, e.source, e.id,
      case when 'missed' in (f.state, r.state) then 'missed' when 'pending' in (f.state, r.state) then 'pending' else 'met' end,
      case
        when 'missed' in (f.state, r.state)
          then least(case when f.state = 'missed' then f.due end, case when r.state = 'missed' then r.due end)
        when 'pending' not in (f.state, r.state) then greatest(f.at, r.at)
      end,
      ${stored('f')}, ${stored('r')},
      least(case when f.state = 'pending' then f.due end, case when r.state = 'pending' then r.due end)
    from crm.tickets e
    join ${targets} on t.priority = e.priority
    ${half('f', 'e.first_response_at', 't.first_response')}
    ${half('r', 'e.resolved_at', 't.resolution')}
    where e.tenant_id = ${tenantId}`);
  await db.run(sql`
    insert into crm.sla_breaches (tenant_id, source, id, metric, cycle, breached_at, ended_at, risk_at)
    select e.tenant_id, e.source, e.id, b.metric, 1, b.breached_at,
      case when b.at is not null or e.resolved_at is not null then greatest(b.breached_at, least(b.at, e.resolved_at)) end, b.risk_at
    from crm.ticket_sla s
    join crm.tickets e on e.tenant_id = s.tenant_id and e.source = s.source and e.id = s.id
    cross join lateral (
      values
        ('first-response', s.first_response_state, s.first_response_decided_at, s.first_response_at, s.first_response_risk_at),
        ('resolution', s.resolution_state, s.resolution_decided_at, s.resolution_at, s.resolution_risk_at)
    ) as b (metric, state, breached_at, at, risk_at)
    where s.tenant_id = ${tenantId} and b.state = 'missed'`);
  await db.run(sql`
    insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions)
    values (${tenantId}, 'bench', true, false, true)`);
}

/** Tells of answered tickets what happened to them on the way: waiting, replies, priorities, reopenings. Returns how much. */
export async function addEvents(db: Queryable, tenantId: number): Promise<number> {
  const events = await db.run(sql`
    insert into crm.ticket_events (tenant_id, source, id, ticket_id, at, kind, old, new, version)
    select
      t.tenant_id, t.source, t.id || e.step, t.id,
      answered + floor(e.share * extract(epoch from until - answered)) * interval '1 second', e.kind, e.old, e.new, 1
    from (
      select *, substr(id, 8)::bigint as i, first_response_at as answered,
        coalesce(resolved_at, ${now.toString()}::timestamptz) as until
      from crm.tickets where tenant_id = ${tenantId} and first_response_at is not null
    ) t
    cross join lateral (
      values
        ('a', 'status', 0, 'new', 'open', true),
        ('b', 'public_reply', 0, null, null, true),
        ('c', 'status', 0.1, 'open', 'pending', ${chance(11)} < 0.6),
        ('d', 'customer_reply', 0.3, null, null, ${chance(11)} < 0.6),
        ('e', 'status', 0.3, 'pending', 'open', ${chance(11)} < 0.6),
        ('f', 'priority', 0.4, 'low', t.priority, ${chance(12)} < 0.2 and t.priority <> 'low'),
        ('g', 'public_reply', 0.5, null, null, ${chance(11)} < 0.6),
        ('h', 'status', 0.6, 'open', 'resolved', ${chance(13)} < 0.07),
        ('i', 'status', 0.8, 'resolved', 'open', ${chance(13)} < 0.07),
        ('j', 'status', 1, 'open', 'resolved', t.resolved_at is not null)
    ) as e (step, kind, share, old, new, happens)
    where e.happens`);
  await db.run(sql`
    insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions)
    values (${tenantId}, 'bench', true, true, true)`);
  return events;
}

/**
 * Open tickets with their verdicts so far: all answered, of low priority, and due one a second from the second after
 * `dueFrom` on.
 */
export async function addOpenTickets(
  db: Queryable,
  tenantId: number,
  { tickets, dueFrom }: { tickets: number; dueFrom: Temporal.Instant },
): Promise<void> {
  const target = sql`${defaultPolicies.standard[0]!.targets.resolution?.low}::int * interval '1 second'`;
  const from = sql`${dueFrom.toString()}::timestamptz`;
  await db.run(sql`
    insert into crm.tickets (
      tenant_id, source, id, created_at, updated_at, priority, status, first_response_at, operator_id, team_id, account_id,
      channel, version
    )
    select
      ${tenantId}::bigint, 'bench', 'open-' || i, created_at, answered_at, 'low', 'open', answered_at,
      'operator-' || 1 + i % ${operators}::int, 'team-' || 1 + (1 + i % ${operators}::int) % ${teams}::int,
      'account-' || 1 + i % ${accounts}::int, 'email', 1
    from generate_series(1, ${tickets}::int) as g (i)
    cross join lateral (select ${from} + i * interval '1 second' - ${target} as created_at) c
    cross join lateral (select created_at + interval '1 minute' as answered_at) a`);
  await db.run(sql`
    insert into crm.ticket_sla (
      tenant_id, source, id, state, first_response_state, first_response_decided_at, first_response_at, first_response_us,
      resolution_state, resolution_due_at, resolution_risk_at, next_due_at
    )
    select
      tenant_id, source, id, 'pending', 'met', first_response_at, first_response_at, 60000000,
      'pending', created_at + ${target}, created_at + 0.75 * ${target}, created_at + ${target}
    from crm.tickets where tenant_id = ${tenantId} and id like 'open-%'`);
  await db.run(sql`
    insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions)
    values (${tenantId}, 'bench', true, false, true) on conflict do nothing`);
}
