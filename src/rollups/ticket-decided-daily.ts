import sql from 'sql-template-tag';
import type { Rollup } from './rollup.ts';
import { isUnsettled, slaStateAt } from './sla-state.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

/**
 * Tickets by the day their SLA is decided on. A ticket still open stands on the day its next target passes, neither met
 * nor missed, and is missed there as soon as that has happened.
 */
export const ticketDecidedDaily: Rollup = {
  id: 'ticket-decided-daily',
  table: 'mart.ticket_decided_daily',
  stream: 'ticket',
  entityTable: 'crm.sla_tickets',
  at: 'settles_at',
  definitionVersion: 1,
  key: ticketDimensions,
  measures: ['tickets', 'met', 'missed'],
  unsettled: isUnsettled,
  select: (rows, _timezone, now) => sql`
    select
      tenant_id, day, ${ticketDimensionValues},
      count(*)::int as tickets,
      (count(*) filter (where whole = 'met'))::int as met,
      (count(*) filter (where whole = 'missed'))::int as missed
    from (select r.*, ${slaStateAt('sla', now)} as whole from ${rows}) as judged
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
};
