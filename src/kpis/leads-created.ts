import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { leadCreatedDaily } from '../rollups/lead-created-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Leads by the day they were created on, and how many of them have ever reached a stage. */
export async function leadsCreated(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.leads)::bigint as leads,
      sum(f.reached_sql)::bigint as cohort_sql,
      sum(f.reached_opportunity)::bigint as cohort_opportunities,
      sum(f.reached_won)::bigint as cohort_won
    from ${factsOf(leadCreatedDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
