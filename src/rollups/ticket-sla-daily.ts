import type { Sql } from 'sql-template-tag';
import sql, { join, raw } from 'sql-template-tag';
import type { Rollup } from './rollup.ts';
import { isUnsettled, slaStateAt } from './sla-state.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

const states = ['met', 'missed', 'pending', 'not_measured'] as const;

/** Tickets by the day they were created on: what became of their SLA and of its halves, and how many were resolved. */
export const ticketSlaDaily: Rollup = {
  id: 'ticket-sla-daily',
  table: 'mart.ticket_sla_daily',
  stream: 'ticket',
  entityTable: 'crm.sla_tickets',
  at: 'created_at',
  definitionVersion: 1,
  key: ticketDimensions,
  measures: [
    'tickets',
    ...states,
    ...states.map((state) => `first_response_${state}`),
    ...states.map((state) => `resolution_${state}`),
    'resolved',
    'reported_and_decided',
    'reported_otherwise',
  ],
  unsettled: isUnsettled,
  select: (rows, _timezone, now) => sql`
    select
      tenant_id, day, ${ticketDimensionValues},
      count(*)::int as tickets,
      ${counts('whole', '')},
      ${counts('first_response', 'first_response_')},
      ${counts('resolution', 'resolution_')},
      (count(*) filter (where resolution_at is not null ${now ? sql`and resolution_at <= ${now.toString()}::timestamptz` : sql``}))::int as resolved,
      (count(*) filter (where sla_met is not null and whole in ('met', 'missed')))::int as reported_and_decided,
      (count(*) filter (where sla_met <> (whole = 'met') and whole in ('met', 'missed')))::int as reported_otherwise
    from (
      select r.*, ${slaStateAt('sla', now)} as whole,
        ${slaStateAt('first_response', now)} as first_response, ${slaStateAt('resolution', now)} as resolution
      from ${rows}
    ) as judged
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
};

/** A waiting clock is as undecided as a running one. */
function counts(column: string, prefix: string): Sql {
  return join(
    [
      ['met', `= 'met'`],
      ['missed', `= 'missed'`],
      ['pending', `in ('pending', 'paused')`],
      ['not_measured', `= 'not-measured'`],
    ].map(([name, is]) => raw(`(count(*) filter (where ${column} ${is}))::int as ${prefix}${name}`)),
    ', ',
  );
}
