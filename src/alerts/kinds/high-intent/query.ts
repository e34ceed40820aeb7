import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import { contactsAt } from '../lists/contacts.ts';
import type { LookContext } from '../room.ts';
import { dealDays, recentDays, type Signals } from './score.ts';

export interface ContactSignals extends Signals {
  source: string;
  id: string;
  name: string;
  account: string | null;
}

/** What is known at a moment of the contacts that have written or replied within the last week. */
export function contactSignals(
  reader: Queryable,
  accounts: readonly string[] | undefined,
  context: Pick<LookContext, 'tenant' | 'now'>,
): Promise<ContactSignals[]> {
  const { tenant, now } = context;
  const { tenantId, timezone } = tenant;
  const moment = sql`${now.toString()}::timestamptz`;
  const since = (days: number) => sql`${now.subtract({ hours: 24 * days }).toString()}::timestamptz`;
  return reader.query<ContactSignals>(sql`
    with replied as (
      select distinct on (r.source, r.contact_id) r.source, r.contact_id as id, coalesce(k.name, r.campaign_id) as campaign,
        (r.replied_at at time zone ${timezone})::date as day
      from crm.campaign_recipients r
      left join crm.campaigns k on k.tenant_id = r.tenant_id and k.source = r.source and k.id = r.campaign_id
      where r.tenant_id = ${tenantId} and r.contact_id is not null and r.deleted_at is null
        and r.replied_at > ${since(recentDays)} and r.replied_at <= ${moment}
      order by r.source, r.contact_id, r.replied_at desc, r.id desc
    ),
    wrote as (
      select source, contact_id as id, count(*)::int as messages,
        count(distinct (sent_at at time zone ${timezone})::date)::int as days
      from crm.counted_messages
      where tenant_id = ${tenantId} and contact_id is not null and direction = 'inbound' and deleted_at is null
        and sent_at > ${since(recentDays)} and sent_at <= ${moment}
      group by source, contact_id
    ),
    lead as (
      select distinct on (l.source, l.contact_id) l.source, l.contact_id as id, l.qualified_at is not null as qualified,
        (coalesce(l.qualified_at, l.created_at) at time zone ${timezone})::date as day,
        coalesce(l.qualified_at, l.created_at) > ${since(dealDays)} as recent
      from crm.leads l
      where l.tenant_id = ${tenantId} and l.contact_id is not null and l.deleted_at is null and l.created_at <= ${moment}
        and (l.closed_at is null or l.closed_at > ${moment})
      order by l.source, l.contact_id, coalesce(l.qualified_at, l.created_at) desc, l.id desc
    ),
    deal as (
      select distinct on (o.source, coalesce(o.contact_id, l.contact_id)) o.source, coalesce(o.contact_id, l.contact_id) as id,
        o.stage, greatest(o.created_at, o.engaged_at) > ${since(dealDays)} as recent
      from crm.opportunities o
      left join crm.leads l on l.tenant_id = o.tenant_id and l.source = o.source and l.id = o.lead_id
      where o.tenant_id = ${tenantId} and o.deleted_at is null and coalesce(o.contact_id, l.contact_id) is not null
        and (o.created_at is null or o.created_at <= ${moment})
        and case when o.closed_at is null then coalesce(o.status, 'open') = 'open' else o.closed_at > ${moment} end
      order by o.source, coalesce(o.contact_id, l.contact_id), greatest(o.created_at, o.engaged_at) desc nulls last, o.id desc
    )
    select c.source, c.id, c.name, c.account,
      case when r.campaign is not null then jsonb_build_object('campaign', r.campaign, 'day', r.day::text) end as reply,
      coalesce(w.messages, 0) as messages, coalesce(w.days, 0) as "messageDays",
      case when d.id is not null then jsonb_build_object('stage', d.stage, 'recent', coalesce(d.recent, false)) end
        as opportunity,
      case when l.id is not null then jsonb_build_object('qualified', l.qualified, 'day', l.day::text, 'recent', l.recent) end
        as lead
    from (${contactsAt(context, accounts)}) as c
    left join replied r on r.source = c.source and r.id = c.id
    left join wrote w on w.source = c.source and w.id = c.id
    left join lead l on l.source = c.source and l.id = c.id
    left join deal d on d.source = c.source and d.id = c.id
    where r.id is not null or w.id is not null`);
}
