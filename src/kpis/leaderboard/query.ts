import type { Queryable } from '../../db/db.ts';
import type { Rollup } from '../../rollups/rollup.ts';
import { ticketAnsweredDaily } from '../../rollups/ticket-answered-daily.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import { type Group, type Grouping, mergeGroups, type Scope } from '../kpi.ts';
import { assignedOnly, unassignedOnly } from '../scope.ts';
import { surveyAnswers } from '../survey-answers.ts';
import { ticketDurations } from '../ticket-durations.ts';
import { ticketSla } from '../ticket-sla.ts';

/**
 * What operators did in a period, of the records that have one. The whole, and its buckets, also count the tickets that
 * have none (`unassigned`), which are in no row.
 */
export async function operatorRecords(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const assigned = assignedOnly(scope);
  return mergeGroups([
    ...(await ticketSla(reader, assigned, grouping)),
    ...(await timesOf('first_response', ticketAnsweredDaily, reader, assigned, grouping)),
    ...(await timesOf('resolution', ticketResolvedDaily, reader, assigned, grouping)),
    ...(await surveyAnswers(reader, assigned, grouping, 'csat')),
    ...(grouping.kind === 'breakdown' ? [] : await unassignedTickets(reader, scope, grouping)),
  ]);
}

/** Distributions of wall clock times under a name of their own, so that those of two rollups never mix. */
async function timesOf(
  name: string,
  rollup: Rollup,
  reader: Queryable,
  scope: Scope,
  grouping: Grouping,
): Promise<Group[]> {
  const groups = await ticketDurations(rollup, reader, scope, grouping);
  return groups.map(({ sums, ...group }) => ({
    ...group,
    sums: { counts: {}, bins: { [name]: sums.bins.calendar ?? new Map() } },
  }));
}

async function unassignedTickets(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const groups = await ticketSla(reader, unassignedOnly(scope), grouping);
  return groups.map(({ sums, ...group }) => ({
    ...group,
    sums: { counts: { unassigned: sums.counts.tickets ?? 0 }, bins: {} },
  }));
}
