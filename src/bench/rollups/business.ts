import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { entityIds } from '../../domain/entity.ts';
import { accounts, chance, now, oneOf, source, teams } from '../company.ts';
import { addTickets, addVerdicts } from '../sla/data.ts';
import { withoutIndexes } from './indexes.ts';
import { makePartitions } from './messages.ts';

/** Whatever a company does beside chatting, spread evenly over the days up to now. */
export interface Business {
  days: number;
  operators: number;
  /** How many of the operators leave signs of life. */
  present: number;
  tickets: number;
  leads: number;
  campaigns: number;
}

const end = sql`${now.toString()}::timestamptz`;
/** Signs of life of an operator on a day of work. */
const signsPerDay = 6;

/** Something for every KPI to count, straight into the tables, and every stream read up to now. Nothing is marked. */
export async function addBusiness(db: Db, tenantId: number, business: Business): Promise<void> {
  await addActivity(db, tenantId, business);
  await addCampaigns(db, tenantId, business);
  await addLeads(db, tenantId, business);
  await addLicences(db, tenantId, business);
  await addTickets(db, tenantId, business);
  await addVerdicts(db, tenantId);
  await addSurveys(db, tenantId);
  await db.run(sql`
    insert into ops.streams (tenant_id, source, stream, as_of, loaded_at, first_complete_at)
    select ${tenantId}::bigint, ${source}, stream, ${end}, ${end}, ${end} - ${business.days}::int * interval '1 day'
    from unnest(${entityIds as readonly string[] as string[]}::text[]) as s (stream)
    on conflict do nothing`);
  await db.run(sql`vacuum analyze`);
}

/** Operators work seven in ten weekdays and every tenth day of a week-end. */
async function addActivity(
  db: Db,
  tenantId: number,
  { days, present: operators }: Pick<Business, 'days' | 'present'>,
): Promise<void> {
  await makePartitions(db, 'crm.activity', days);
  await withoutIndexes(db, 'crm.activity', () =>
    db.run(sql`
      insert into crm.activity (tenant_id, source, id, operator_id, at, version)
      select ${tenantId}::bigint, ${source}, i || '-' || k, 'operator-' || 1 + i % ${operators}::int, at, 1
      from (
        select i, date_trunc('day', ${end}, 'UTC') - (i / ${operators}::int) * interval '24 hours' as day
        from generate_series(0, ${days * operators - 1}::int) as g (i)
      ) as d
      cross join generate_series(1, ${signsPerDay}::int) as s (k)
      cross join lateral (
        select day + (7 + (k - 1 + ${chance(71)}) * ${12 / signsPerDay}::float8) * interval '1 hour' as at
      ) as t
      where ${chance(72)} < case when extract(isodow from day) < 6 then 0.7 else 0.1 end and at <= ${end}`),
  );
}

async function addCampaigns(db: Db, tenantId: number, { days, campaigns }: Business): Promise<void> {
  await db.run(sql`
    insert into crm.campaigns (
      tenant_id, source, id, name, status, template, created_at, scheduled_at, sent_at, recipients, cost_minor, currency, version
    )
    select
      ${tenantId}::bigint, ${source}, 'campaign-' || i, 'Campaign ' || i,
      case when i = ${campaigns}::int then 'in_progress' else 'completed' end, 'template-' || 1 + i % 20,
      sent_at - interval '2 days', sent_at - interval '1 hour', sent_at, 100 + floor(${chance(51)} * 5000)::int, 10000, 'USD', 1
    from generate_series(1, ${campaigns}::int) as g (i)
    cross join lateral (
      select ${end} - (${campaigns}::int - i + 1) * ${days / campaigns}::float8 * interval '24 hours' as sent_at
    ) as c`);
  await db.run(sql`
    insert into crm.campaign_reports (tenant_id, source, id, campaign_id, at, recipients, delivered, read, replied, failed, version)
    select
      ${tenantId}::bigint, ${source}, id || '-' || hours, id, sent_at + hours * interval '1 hour', recipients,
      recipients * 9 / 10, recipients * hours / 40, recipients * hours / 200, recipients / 20, 1
    from (select *, substr(id, 10)::bigint as i from crm.campaigns where tenant_id = ${tenantId}) as c
    cross join (values (1), (12), (24)) as h (hours)
    where sent_at + hours * interval '1 hour' <= ${end}`);
}

/** Two in five leads become opportunities, a third of those are won. */
async function addLeads(db: Db, tenantId: number, { days, leads, operators }: Business): Promise<void> {
  await db.run(sql`
    insert into crm.leads (
      tenant_id, source, id, created_at, updated_at, stage, qualified_at, closed_at, amount_minor, operator_id, account_id, origin,
      version
    )
    select
      ${tenantId}::bigint, ${source}, 'lead-' || i, created_at, least(created_at + interval '20 days', ${end}), stage,
      case when stage <> 'lead' then least(created_at + ${chance(61)} * interval '5 days', ${end}) end,
      case when stage in ('won', 'lost') then least(created_at + ${chance(62)} * interval '60 days', ${end}) end,
      (10000 + ${chance(63)} * 5000000)::bigint, 'operator-' || 1 + i % ${operators}::int,
      'account-' || 1 + i % ${accounts}::int, ${oneOf(64, ['web', 'ads', 'referral'])}, 1
    from generate_series(1, ${leads}::int) as g (i)
    cross join lateral (
      select
        ${end} - (${leads}::int - i + 1) * ${days / leads}::float8 * interval '24 hours' as created_at,
        ${oneOf(65, ['lead', 'lead', 'lead', 'sql', 'sql', 'opportunity', 'won', 'lost', 'lost', 'lost'])} as stage
    ) as l`);
  await db.run(sql`
    insert into crm.opportunities (
      tenant_id, source, id, lead_id, created_at, engaged_at, closed_at, status, amount_minor, product, operator_id, account_id, version
    )
    select
      tenant_id, source, 'opportunity-' || i, id, least(qualified_at + interval '1 day', ${end}), qualified_at, closed_at,
      case stage when 'won' then 'won' when 'lost' then 'lost' else 'open' end, amount_minor,
      ${oneOf(66, ['chat', 'voice', 'mail', 'suite'])}, operator_id, account_id, 1
    from (select *, substr(id, 6)::bigint as i from crm.leads where tenant_id = ${tenantId}) as l
    where stage in ('opportunity', 'won') or (stage = 'lost' and ${chance(67)} < 0.5)`);
}

/** Every account pays month by month. */
async function addLicences(db: Db, tenantId: number, { days }: Business): Promise<void> {
  await db.run(sql`
    insert into crm.licences (tenant_id, source, id, account_id, billing_date, next_billing_date, agents, version)
    select
      ${tenantId}::bigint, ${source}, 'licence-' || i || '-' || month::date, 'account-' || i, month::date,
      (month + interval '1 month')::date, 1 + floor(${chance(81)} * 20)::int, 1
    from generate_series(1, ${accounts}::int) as g (i)
    cross join generate_series(
      date_trunc('month', ${end} - ${days}::int * interval '1 day', 'UTC') at time zone 'UTC', ${end} at time zone 'UTC',
      interval '1 month'
    ) as m (month)`);
}

/** One answer to every second ticket that was resolved. */
async function addSurveys(db: Db, tenantId: number): Promise<void> {
  await db.run(sql`
    insert into crm.surveys (tenant_id, source, id, kind, score, answered_at, account_id, operator_id, team_id, ticket_id, version)
    select
      tenant_id, source, 'survey-' || i, case when i % 4 = 0 then 'csat' else 'nps' end,
      case when i % 4 = 0 then 1 + floor(${chance(91)} * 5)::int else floor(${chance(91)} * 11)::int end,
      resolved_at, account_id, operator_id, 'team-' || 1 + i % ${teams}::int, id, 1
    from (select *, substr(id, 8)::bigint as i from crm.tickets where tenant_id = ${tenantId}) as t
    where resolved_at is not null and i % 2 = 0`);
}
