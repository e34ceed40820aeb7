import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { conversationDaily } from '../rollups/conversation-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Conversations by the day they began on: who began them, their status, and which were replied to within 24 hours. */
export async function conversationsBegun(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.conversations)::bigint as conversations,
      coalesce(sum(f.conversations) filter (where f.direction = 'inbound'), 0)::bigint as inbound,
      coalesce(sum(f.conversations) filter (where f.direction = 'outbound'), 0)::bigint as outbound,
      coalesce(sum(f.conversations) filter (where f.status = 'unhandled'), 0)::bigint as unhandled,
      coalesce(sum(f.conversations) filter (where f.status = 'handled'), 0)::bigint as handled,
      coalesce(sum(f.conversations) filter (where f.status = 'resolved'), 0)::bigint as resolved,
      sum(f.replied)::bigint as replied,
      sum(f.assumed)::bigint as assumed,
      sum(f.pending)::bigint as pending
    from ${factsOf(conversationDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
