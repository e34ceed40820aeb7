import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { factsOf } from '../rollups/read.ts';
import { ticketCreatedDaily } from '../rollups/ticket-created-daily.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Tickets by creation day: how many, and the CRM's SLA flag on them. */
export async function ticketsCreated(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.tickets)::bigint as tickets,
      sum(f.sla_met)::bigint as sla_met,
      sum(f.sla_missed)::bigint as sla_missed,
      sum(f.sla_unflagged)::bigint as sla_unflagged
    from ${factsOf(ticketCreatedDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
