import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { factsOf } from '../../rollups/read.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/** Resolved tickets by resolution day: sums of their times, and how many fell into each histogram bin. */
export async function ticketsResolved(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    with binned as (
      select
        ${groupColumns(grouping, scope, 'f')},
        f.bin,
        sum(f.tickets)::bigint as tickets,
        sum(f.duration_us)::numeric as duration_us,
        sum(f.log_sum)::numeric as log_sum,
        sum(f.log_square_sum)::numeric as log_square_sum
      from ${factsOf(ticketResolvedDaily, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4
    )
    select
      bucket, key, source,
      (sum(tickets) filter (where bin >= -1))::bigint as measured,
      (coalesce(sum(tickets) filter (where bin < -1), 0))::bigint as negative,
      (sum(duration_us) / 1e6)::double precision as seconds,
      (sum(log_sum) / 1e6)::double precision as log_sum,
      (sum(log_square_sum) / 1e6)::double precision as log_square_sum,
      jsonb_object_agg(bin, tickets) as bins
    from binned
    group by bucket, key, source`);
  return rows.map(toGroup);
}
