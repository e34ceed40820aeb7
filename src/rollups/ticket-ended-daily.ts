import sql from 'sql-template-tag';
import type { Rollup } from './rollup.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

/**
 * Tickets by the day they left the backlog and the day they had come in on. Together with `still_open` of
 * ticket-created-daily this gives the backlog of any past day: open then = open still + ended since.
 */
export const ticketEndedDaily: Rollup = {
  id: 'ticket-ended-daily',
  table: 'mart.ticket_ended_daily',
  stream: 'ticket',
  entityTable: 'crm.tickets',
  at: 'ended_at',
  definitionVersion: 1,
  key: ['opened_on', ...ticketDimensions],
  measures: ['tickets'],
  select: (rows, timezone) => sql`
    select
      tenant_id, day, (created_at at time zone ${timezone})::date as opened_on, ${ticketDimensionValues},
      count(*)::int as tickets
    from ${rows}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`,
};
