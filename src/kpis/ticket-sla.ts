import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { factsOf } from '../rollups/read.ts';
import { ticketDecidedDaily } from '../rollups/ticket-decided-daily.ts';
import { ticketSlaDaily } from '../rollups/ticket-sla-daily.ts';
import type { Group, Grouping, Measured, Scope, Sums } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/**
 * Tickets by creation day: what became of their SLA and its halves, how many were resolved, and how many are of a source
 * that tells of resolutions at all (`resolvable`).
 */
export async function ticketSla(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.tickets)::bigint as tickets,
      sum(f.met)::bigint as met,
      sum(f.missed)::bigint as missed,
      sum(f.pending)::bigint as pending,
      sum(f.not_measured)::bigint as not_measured,
      sum(f.first_response_met)::bigint as first_response_met,
      sum(f.first_response_missed)::bigint as first_response_missed,
      sum(f.first_response_pending)::bigint as first_response_pending,
      sum(f.first_response_not_measured)::bigint as first_response_not_measured,
      sum(f.resolution_met)::bigint as resolution_met,
      sum(f.resolution_missed)::bigint as resolution_missed,
      sum(f.resolution_pending)::bigint as resolution_pending,
      sum(f.resolution_not_measured)::bigint as resolution_not_measured,
      sum(f.resolved)::bigint as resolved,
      coalesce(sum(f.tickets) filter (where f.source in (
        select s.source from ops.sla_sources s where s.tenant_id = ${scope.at.tenantId} and s.resolutions
      )), 0)::bigint as resolvable
    from ${factsOf(ticketSlaDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** Tickets by creation day that carry the CRM's flag and are decided: how many, and on how many the two differ. */
export async function ticketSlaReports(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.reported_and_decided)::bigint as reported_and_decided,
      sum(f.reported_otherwise)::bigint as reported_otherwise
    from ${factsOf(ticketSlaDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** Tickets by the day their SLA was decided on. */
export async function ticketsDecided(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      sum(f.met)::bigint as decided_met,
      sum(f.missed)::bigint as decided_missed
    from ${factsOf(ticketDecidedDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** A half of the SLA, or the whole: met / (met + missed); what is undecided or not measured stands apart. */
export function measureSla(sums: Sums, prefix: '' | 'first_response_' | 'resolution_'): Measured {
  const met = sums.counts[`${prefix}met`] ?? 0;
  const decided = met + (sums.counts[`${prefix}missed`] ?? 0);
  return {
    value: decided === 0 ? null : met / decided,
    numerator: met,
    denominator: decided,
    weight: decided,
    parts: {
      pending: sums.counts[`${prefix}pending`] ?? 0,
      not_measured: sums.counts[`${prefix}not_measured`] ?? 0,
    },
    evidence: { kind: 'ratio', successes: met, n: decided },
  };
}

/** Whether there are tickets, and none of them says anything about this. */
export function lacksSla({ counts }: Sums, prefix: '' | 'first_response_' | 'resolution_'): boolean {
  const has = ['met', 'missed', 'pending'].some((state) => (counts[`${prefix}${state}`] ?? 0) > 0);
  return !has && (counts[`${prefix}not_measured`] ?? 0) > 0;
}

export const slaParts = {
  pending: { title: 'Not decided yet', unit: 'count' },
  not_measured: { title: 'Not measured', unit: 'count' },
} as const;
