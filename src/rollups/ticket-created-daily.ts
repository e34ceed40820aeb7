import sql from 'sql-template-tag';
import type { Rollup } from './rollup.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

/** Tickets by the day they were created on: how many, the CRM's own SLA flag, and how many have not ended. */
export const ticketCreatedDaily: Rollup = {
  id: 'ticket-created-daily',
  table: 'mart.ticket_created_daily',
  stream: 'ticket',
  entityTable: 'crm.tickets',
  at: 'created_at',
  definitionVersion: 1,
  key: ticketDimensions,
  measures: ['tickets', 'sla_met', 'sla_missed', 'sla_unflagged', 'still_open'],
  select: (rows) => sql`
    select
      tenant_id, day, ${ticketDimensionValues},
      count(*)::int as tickets,
      (count(*) filter (where sla_met))::int as sla_met,
      (count(*) filter (where not sla_met))::int as sla_missed,
      (count(*) filter (where sla_met is null))::int as sla_unflagged,
      (count(*) filter (where ended_at is null))::int as still_open
    from ${rows}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
};
