import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { messageDaily } from '../rollups/message-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Messages by the day they were sent on: how many each way, and what became of the outbound ones. */
export async function messagesSent(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      coalesce(sum(f.messages) filter (where f.direction = 'inbound'), 0)::bigint as inbound,
      coalesce(sum(f.messages) filter (where f.direction = 'outbound'), 0)::bigint as outbound,
      coalesce(sum(f.messages) filter (where f.direction = 'outbound' and f.status in ('sent', 'delivered', 'read', 'failed')), 0)::bigint as sent,
      coalesce(sum(f.messages) filter (where f.direction = 'outbound' and f.status in ('delivered', 'read')), 0)::bigint as delivered,
      coalesce(sum(f.messages) filter (where f.direction = 'outbound' and f.status = 'read'), 0)::bigint as read,
      coalesce(sum(f.messages) filter (where f.direction = 'outbound' and f.status = 'failed'), 0)::bigint as failed
    from ${factsOf(messageDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
