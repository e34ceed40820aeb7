import sql from 'sql-template-tag';
import { durationGroups, durationKey, durationMeasures } from './durations.ts';
import type { Rollup } from './rollup.ts';

/**
 * Tickets by the day they were resolved on, with the distribution of their resolution time: resolved - created on the
 * wall clock, and the open time the SLA engine counted (without pauses, over all stretches of a reopened ticket).
 */
export const ticketResolvedDaily: Rollup = {
  id: 'ticket-resolved-daily',
  table: 'mart.ticket_resolved_daily',
  stream: 'ticket',
  entityTable: 'crm.sla_tickets',
  at: 'resolved_at',
  definitionVersion: 2,
  key: durationKey,
  measures: durationMeasures,
  select: (rows) =>
    durationGroups(rows, {
      calendar: sql`extract(epoch from r.resolved_at - r.created_at) * 1000000`,
      business: sql`case when r.resolution_at is not null and r.resolved_at >= r.created_at then r.resolution_us end`,
      state: sql`r.resolution_state`,
    }),
};
