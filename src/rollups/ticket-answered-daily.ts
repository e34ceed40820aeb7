import sql from 'sql-template-tag';
import { durationGroups, durationKey, durationMeasures } from './durations.ts';
import type { Rollup } from './rollup.ts';
import { isUnsettled, slaStateAt } from './sla-state.ts';

/**
 * Answered tickets by the day they were created on, with the distribution of the time to their first response: on the
 * wall clock, and in open time of the SLA's calendar. A reply dated before the ticket came with it.
 */
export const ticketAnsweredDaily: Rollup = {
  id: 'ticket-answered-daily',
  table: 'mart.ticket_answered_daily',
  stream: 'ticket',
  entityTable: 'crm.sla_tickets',
  at: 'created_at',
  definitionVersion: 1,
  key: durationKey,
  measures: durationMeasures,
  unsettled: isUnsettled,
  select(rows, _timezone, now) {
    const answered = now
      ? sql`r.answered_at is not null and r.answered_at <= ${now.toString()}::timestamptz`
      : sql`r.answered_at is not null`;
    return durationGroups(rows, {
      calendar: sql`case when ${answered} then greatest(0, extract(epoch from r.answered_at - r.created_at)) * 1000000 end`,
      business: sql`case when ${answered} then r.first_response_us end`,
      state: slaStateAt('first_response', now),
    });
  },
};
