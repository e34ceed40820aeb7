import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { campaignDaily } from '../rollups/campaign-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Kpi, Measured, Scope, Sums } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Statuses of campaigns of which nothing was sent. */
const notSent = ['draft', 'scheduled'];

/** Campaigns by the day they were sent on, with the counters of their latest report. */
export async function campaignCounters(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.campaigns)::bigint as campaigns,
      sum(f.reported)::bigint as reported,
      sum(f.recipients)::bigint as recipients,
      sum(f.delivered)::bigint as delivered,
      sum(f.read)::bigint as read,
      sum(f.replied)::bigint as replied,
      sum(f.failed)::bigint as failed
    from ${factsOf(campaignDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} and f.status <> all (${notSent}::text[]) ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

export type Counter = 'recipients' | 'reported' | 'delivered' | 'read' | 'replied' | 'failed';

/** A counter as a share of another one; a source whose counters disagree (more read than delivered) is told as it is. */
export function shareOf({ counts }: Sums, part: Counter, whole: Counter): number | null {
  const of = counts[whole] ?? 0;
  return of === 0 ? null : (counts[part] ?? 0) / of;
}

export function measureShare(sums: Sums, part: Counter, whole: Counter, parts: Measured['parts']): Measured {
  const numerator = sums.counts[part] ?? 0;
  const denominator = sums.counts[whole] ?? 0;
  return {
    value: shareOf(sums, part, whole),
    numerator,
    denominator,
    weight: denominator,
    parts,
    evidence: { kind: 'ratio', successes: Math.min(numerator, denominator), n: denominator },
  };
}

/** What every KPI over the counters of campaigns has in common. */
export const campaignKpi = {
  version: 1,
  group: 'campaigns',
  audience: 'supervisors',
  streams: ['campaign', 'campaign_report'],
  rollups: [campaignDaily],
  datedBy: campaignDaily,
  needs: 'campaign reports',
  target: null,
  owner: 'Marketing',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  lacks: ({ counts }: Sums) => (counts.campaigns ?? 0) > 0 && (counts.reported ?? 0) === 0,
} as const satisfies Partial<Kpi>;

export const campaignCaveats = [
  'A campaign counts on the day it was sent, with the counters of its latest report: reads and replies that come later still count there.',
  'Counters are the source’s totals so far. Whoever was reached by two campaigns counts twice.',
] as const;
