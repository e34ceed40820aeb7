import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

/**
 * Campaigns by the day they were sent on (else are to be, else were made), with the counters of their latest report: a
 * source gives totals so far, so the latest one is all there is. A report that comes marks its campaign's day.
 */
export const campaignDaily: Rollup = {
  id: 'campaign-daily',
  table: 'mart.campaign_daily',
  stream: 'campaign',
  entityTable: 'crm.campaigns',
  at: 'counted_at',
  definitionVersion: 1,
  key: ['source', 'campaign_id', 'status', 'template', 'account_id'],
  measures: ['campaigns', 'reported', 'recipients', 'delivered', 'read', 'replied', 'failed'],
  select: (rows, _timezone, now) => sql`
    select
      r.tenant_id, r.day, r.source, r.id as campaign_id, ${dimensionValues(['status', 'template', 'account_id'])},
      1 as campaigns,
      (latest.id is not null)::int as reported,
      coalesce(latest.recipients, case when latest.id is not null then r.recipients end, 0)::bigint as recipients,
      coalesce(latest.delivered, 0)::bigint as delivered,
      coalesce(latest.read, 0)::bigint as read,
      coalesce(latest.replied, 0)::bigint as replied,
      coalesce(latest.failed, 0)::bigint as failed
    from ${rows}
    left join lateral (
      select p.id, p.recipients, p.delivered, p.read, p.replied, p.failed
      from crm.campaign_reports p
      where p.tenant_id = r.tenant_id and p.source = r.source and p.campaign_id = r.id and p.deleted_at is null
        ${now ? sql`and p.at <= ${now.toString()}::timestamptz` : sql``}
      order by p.at desc, p.id limit 1
    ) as latest on true`,
  // A report read later says more than was known then.
  unsettled: (now) => sql`exists (
    select from crm.campaign_reports p
    where p.tenant_id = e.tenant_id and p.source = e.source and p.campaign_id = e.id and p.at > ${now.toString()}::timestamptz
  )`,
};
