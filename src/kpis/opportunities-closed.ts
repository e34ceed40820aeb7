import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { opportunityClosedDaily } from '../rollups/opportunity-closed-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/**
 * Opportunities by the day they were closed on: `won`, `lost`, and of the won ones the amount in minor units and how many
 * have one. The bins named `days` count the won ones by how many days they took, -1 where that is not known.
 */
export async function opportunitiesClosed(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    with closed as (
      select
        ${groupColumns(grouping, scope, 'f')}, f.status, f.cycle_days,
        sum(f.opportunities)::bigint as opportunities, sum(f.amount_minor)::bigint as amount, sum(f.with_amount)::bigint as with_amount
      from ${factsOf(opportunityClosedDaily, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4, 5
    )
    select
      bucket, key, source,
      coalesce(sum(opportunities) filter (where status = 'won'), 0)::bigint as won,
      coalesce(sum(opportunities) filter (where status = 'lost'), 0)::bigint as lost,
      coalesce(sum(amount) filter (where status = 'won'), 0)::bigint as amount,
      coalesce(sum(with_amount) filter (where status = 'won'), 0)::bigint as with_amount,
      jsonb_build_object('days', jsonb_object_agg(cycle_days, opportunities) filter (where status = 'won')) as bins
    from closed
    group by bucket, key, source`);
  return rows.map(toGroup);
}
