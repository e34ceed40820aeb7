import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import { addDays } from '../../../domain/period.ts';
import { contactMessageDaily } from '../../../rollups/contact-message-daily.ts';
import { factsOf } from '../../../rollups/read.ts';
import { contactsAt } from '../lists/contacts.ts';
import { localDay } from '../questions.ts';
import type { LookContext } from '../room.ts';
import { oldTicketDays, type Signals, silence } from './score.ts';

/** Half a year tells how often a contact usually writes. */
const historyDays = 182;
const ticketDays = 30;
const surveyDays = 90;

export interface ContactSignals extends Signals {
  source: string;
  id: string;
  name: string;
  account: string | null;
}

/**
 * What is known at a moment of the contacts that have anything that may weigh. Those silent for longer than two months are
 * not among them: they are lost already, and counted by the KPI `churn`.
 */
export function contactSignals(
  reader: Queryable,
  accounts: readonly string[] | undefined,
  context: Pick<LookContext, 'tenant' | 'now'>,
): Promise<ContactSignals[]> {
  const { tenant, now } = context;
  const { tenantId, timezone } = tenant;
  const today = localDay(now, context);
  const at = { tenantId, timezone, now, unsettled: new Map() };
  const moment = sql`${now.toString()}::timestamptz`;
  const since = (days: number) => sql`${now.subtract({ hours: 24 * days }).toString()}::timestamptz`;
  const written = { from: addDays(today, -historyDays), to: addDays(today, 1) };
  return reader.query<ContactSignals>(sql`
    with days as (
      select source, contact_id as id, day, day - lag(day) over (partition by source, contact_id order by day) as gap
      from (
        select distinct f.source, f.contact_id, f.day from ${factsOf(contactMessageDaily, at, written)} f
        where f.tenant_id = ${tenantId} and f.inbound > 0
      ) as own
    ),
    heard as (
      select source, id, ${today}::date - max(day) as silent, count(*)::int as active,
        percentile_cont(0.5) within group (order by gap) filter (where gap is not null) as usual
      from days group by source, id
    ),
    helped as (
      select t.source, t.contact_id as id,
        count(*) filter (where (t.ended_at is null or t.ended_at > ${moment}) and t.created_at <= ${since(oldTicketDays)})::int
          as old,
        count(*) filter (where t.reopened_count > 0 and coalesce(t.updated_at, t.created_at) >= ${since(ticketDays)})::int
          as reopened,
        count(*) filter (where s.state = 'missed' and t.created_at >= ${since(ticketDays)}
          and (s.decided_at is null or s.decided_at <= ${moment}))::int as missed
      from crm.tickets t
      left join crm.ticket_sla s on s.tenant_id = t.tenant_id and s.source = t.source and s.id = t.id
      where t.tenant_id = ${tenantId} and t.contact_id is not null and t.created_at <= ${moment}
        and (t.deleted_at is null or t.deleted_at > ${moment})
      group by t.source, t.contact_id
    ),
    rated as (
      select distinct on (source, contact_id, kind) source, contact_id as id, kind, score,
        (answered_at at time zone ${timezone})::date as day
      from crm.surveys
      where tenant_id = ${tenantId} and contact_id is not null and deleted_at is null
        and answered_at <= ${moment} and answered_at >= ${since(surveyDays)}
      order by source, contact_id, kind, answered_at desc, crm.surveys.id desc
    )
    select c.source, c.id, c.name, c.account,
      h.silent as "silentDays", coalesce(h.active, 0) as "activeDays", h.usual::float8 as "usualDays",
      coalesce(t.old, 0) as "oldTickets", coalesce(t.reopened, 0) as reopened, coalesce(t.missed, 0) as missed,
      case when csat.score is not null then jsonb_build_object('score', csat.score, 'day', csat.day::text) end as csat,
      case when nps.score is not null then jsonb_build_object('score', nps.score, 'day', nps.day::text) end as nps
    from (${contactsAt(context, accounts)}) as c
    left join heard h on h.source = c.source and h.id = c.id
    left join helped t on t.source = c.source and t.id = c.id
    left join rated csat on csat.source = c.source and csat.id = c.id and csat.kind = 'csat'
    left join rated nps on nps.source = c.source and nps.id = c.id and nps.kind = 'nps'
    where coalesce(h.silent, 0) <= ${silence.mostDays}
      and (h.silent >= ${silence.fewestDays} or t.old > 0 or t.reopened > 0 or t.missed > 0
        or csat.score is not null or nps.score is not null)`);
}
