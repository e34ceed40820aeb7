import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { factsOf } from '../../rollups/read.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Group, Grouping, Kpi, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

export const ticketsResolved: Kpi = {
  id: 'tickets-resolved',
  version: 1,
  group: 'support',
  title: 'Tickets resolved',
  question: 'How many tickets were resolved?',
  formula: 'Tickets by the day of their last resolution, one per ticket id, in their latest version.',
  kind: 'flow',
  unit: 'count',
  better: 'up',
  dimensions: ticketDimensions,
  parts: {},
  streams: ['ticket'],
  rollups: [ticketResolvedDaily],
  datedBy: ticketResolvedDaily,
  needs: 'resolution times',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Dated by resolution; a ticket closed without one does not count.',
    'A ticket resolved again counts once, on the day of its last resolution.',
  ],
  examples: ['tickets-resolved', 'tickets-resolved 30d by team', 'tickets-resolved last month operator:none'],
  query: resolvedTickets,
  measure(sums, { days }) {
    const count = sums.counts.tickets ?? 0;
    return { value: count, weight: count, parts: {}, evidence: { kind: 'count', count, exposure: days } };
  },
};

async function resolvedTickets(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  // The wall clock's rows hold every ticket once.
  const rows = await reader.query<GroupRow>(sql`
    select ${groupColumns(grouping, scope, 'f')}, sum(f.tickets)::bigint as tickets
    from ${factsOf(ticketResolvedDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} and f.clock = 'calendar' ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
