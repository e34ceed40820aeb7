import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Attention } from '../../domain/kpi-result.ts';
import type { Scope } from '../kpi.ts';
import { scopeConditions } from '../scope.ts';

const withinMinutes = 60;
/** Tickets named one by one. */
const named = 3;

/**
 * Open tickets whose first response, next response or resolution passes its target within the next hour of wall clock time, if nothing
 * more happens to them: a look at the index of due times, cut to the question's filters, whatever its period. Asked of the
 * past, also those that did pass it in that hour. The message of an `sla-risk` rule says the same of what it watches.
 */
export async function breachingSoon(reader: Queryable, scope: Scope): Promise<Attention> {
  const { tenantId, now } = scope.at;
  const from = sql`${now.toString()}::timestamptz`;
  const to = sql`${now.add({ minutes: withinMinutes }).toString()}::timestamptz`;
  const rows = await reader.query<{
    id: string;
    priority: string | null;
    operator: string | null;
    team: string | null;
    half: Attention['first'][number]['half'];
    due_at: Temporal.Instant;
    tickets: number;
    unassigned: number;
  }>(sql`
    with due as (
      select e.source, e.id, e.priority, nullif(e.operator_id, '') as operator_id, nullif(e.team_id, '') as team_id, d.half, d.due_at
      from crm.sla_tickets e
      cross join lateral (
        select * from (
          values
            ('first-response', case e.first_response_state when 'missed' then e.first_response_decided_at else e.first_response_due_at end),
            ('resolution', case e.resolution_state when 'missed' then e.resolution_decided_at else e.resolution_due_at end),
            ('next-response', case e.next_response_state when 'missed' then e.next_response_breached_at else e.next_response_due_at end)
        ) as h (half, due_at)
        where h.due_at > ${from} and h.due_at <= ${to}
        order by h.due_at limit 1
      ) as d
      where e.tenant_id = ${tenantId} and e.deleted_at is null and e.created_at <= ${from}
        and (e.next_due_at <= ${to} or e.last_fact_at > ${from})
        ${scopeConditions(scope, 'e')}
    )
    select
      due.id, due.priority, due.half, due.due_at, coalesce(o.name, due.operator_id) as operator, coalesce(t.name, due.team_id) as team,
      (count(*) over ())::int as tickets, (count(*) filter (where due.operator_id is null) over ())::int as unassigned
    from due
    left join crm.operators o on o.tenant_id = ${tenantId} and o.source = due.source and o.id = due.operator_id
    left join crm.teams t on t.tenant_id = ${tenantId} and t.source = due.source and t.id = due.team_id
    order by due.due_at, due.source, due.id
    limit ${named}`);
  return {
    at: now.toString(),
    timezone: scope.at.timezone,
    withinMinutes,
    tickets: rows[0]?.tickets ?? 0,
    unassigned: rows[0]?.unassigned ?? 0,
    first: rows.map(({ id, priority, operator, team, half, due_at }) => ({
      ...{ id, priority, operator, team, half },
      dueAt: due_at.toString(),
    })),
  };
}
