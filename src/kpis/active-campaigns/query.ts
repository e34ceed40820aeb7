import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { levelMoments } from '../levels.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/** Statuses in which a campaign is being sent. */
const running = ['active', 'in_progress'];

/**
 * Campaigns being sent at the end of the period (now, where it has not ended), with the counters known by then: of the
 * status it had then, as far as its changes have been seen. There are thousands of campaigns at most, so the records
 * themselves are read. Series have the level at the end of each bucket.
 */
export async function activeCampaigns(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moments = levelMoments(scope, grouping);
  if (!moments) return [];
  const { tenantId } = scope.at;
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const rows = await reader.query<GroupRow & { at_bucket: string | null }>(sql`
    with running as (
      select m.bucket as at_bucket, c.source, c.id as campaign_id, c.template, c.account_id, s.status,
        coalesce(p.recipients, c.recipients, 0) as recipients, coalesce(p.recipients, 0) as reported,
        coalesce(p.delivered, 0) as delivered, coalesce(p.read, 0) as read, coalesce(p.replied, 0) as replied
      from ${moments} as m (bucket, day, at)
      join crm.campaigns c on c.tenant_id = ${tenantId} and c.deleted_at is null and c.counted_at <= m.at
      cross join lateral (
        select coalesce((
          select h.old from crm.changes h
          where h.tenant_id = ${tenantId} and h.entity = 'campaign' and h.source = c.source and h.entity_id = c.id
            and h.field = 'status' and h.at > m.at
          order by h.at, h.id limit 1
        ), c.status) as status
      ) as s
      left join lateral (
        select r.recipients, r.delivered, r.read, r.replied from crm.campaign_reports r
        where r.tenant_id = ${tenantId} and r.source = c.source and r.campaign_id = c.id and r.at <= m.at
          and r.deleted_at is null
        order by r.at desc, r.id limit 1
      ) as p on true
      where s.status = any (${running}::text[])
    )
    select t.at_bucket, ${groupColumns(grouped, scope, 't')},
      count(*)::bigint as campaigns, sum(t.recipients)::bigint as recipients, sum(t.reported)::bigint as reported, sum(t.delivered)::bigint as delivered,
      sum(t.read)::bigint as read, sum(t.replied)::bigint as replied
    from running t
    where true ${scopeConditions(scope, 't')}
    group by 1, 2, 3, 4`);
  return rows.map(({ at_bucket, ...row }) => toGroup({ ...row, bucket: at_bucket }));
}
