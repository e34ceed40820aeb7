import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { addDays, addUnits } from '../domain/period.ts';
import { factsOf, today } from '../rollups/read.ts';
import { ticketCreatedDaily } from '../rollups/ticket-created-daily.ts';
import { ticketEndedDaily } from '../rollups/ticket-ended-daily.ts';
import type { Group, Grouping, Scope } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** The distant edges of a period that is open to one side. */
const ever = { from: '0001-01-01', to: '9999-12-31' };

/** Days at which the age bands end, counted back from the level's day: opened today, 1-2, 3-6, 7-29, 30 or more days ago. */
export const ageBands = [
  { name: 'under_1d', label: '< 1 d', days: 1 },
  { name: 'under_3d', label: '1–3 d', days: 3 },
  { name: 'under_7d', label: '3–7 d', days: 7 },
  { name: 'under_30d', label: '7–30 d', days: 30 },
  { name: 'over_30d', label: '> 30 d', days: Number.POSITIVE_INFINITY },
] as const;

/**
 * Open tickets at the end of the period, or now where it has not ended. Open then = never ended as far as we know +
 * ended since. Series walk back from that level: a day earlier there were as many, minus those opened on the day, plus
 * those that ended on it.
 */
export async function openTickets(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const current = today(scope.at);
  const lastDay = addDays(scope.period.to, -1);
  const endDay = lastDay < current ? lastDay : current;
  if (scope.period.from > current) return [];
  if (grouping.kind !== 'series') return levels(reader, scope, grouping, endDay);
  const [end] = await levels(reader, scope, { kind: 'total' }, endDay);
  return walkBack(await movements(reader, scope, endDay), end?.sums.counts.open ?? 0, grouping, endDay);
}

async function levels(reader: Queryable, scope: Scope, grouping: Grouping, day: string): Promise<Group[]> {
  const upTo = { from: ever.from, to: addDays(day, 1) };
  const rows = await reader.query<GroupRow>(sql`
    with open_then as (
      select ${groupColumns(grouping, scope, 'f')}, f.day as opened_on, f.still_open as tickets
      from ${factsOf(ticketCreatedDaily, scope.at, upTo)} f
      where f.tenant_id = ${scope.at.tenantId} and f.still_open > 0 ${scopeConditions(scope, 'f')}
      union all
      ${endedSince(scope, grouping, day)}
    )
    select
      bucket, key, source,
      sum(tickets)::bigint as open,
      coalesce(sum(tickets) filter (where opened_on > ${day}::date - 1), 0)::bigint as under_1d,
      coalesce(sum(tickets) filter (where opened_on <= ${day}::date - 1 and opened_on > ${day}::date - 3), 0)::bigint as under_3d,
      coalesce(sum(tickets) filter (where opened_on <= ${day}::date - 3 and opened_on > ${day}::date - 7), 0)::bigint as under_7d,
      coalesce(sum(tickets) filter (where opened_on <= ${day}::date - 7 and opened_on > ${day}::date - 30), 0)::bigint as under_30d,
      coalesce(sum(tickets) filter (where opened_on <= ${day}::date - 30), 0)::bigint as over_30d
    from open_then
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** Tickets that were open at the end of `day` (now, for today) and have ended since, also in the future of `now`. */
function endedSince(scope: Scope, grouping: Grouping, day: string): Sql {
  if (day === today(scope.at)) {
    return sql`
      select ${groupColumns(grouping, scope, 'e')}, (e.created_at at time zone ${scope.at.timezone})::date, 1
      from crm.tickets e
      where e.tenant_id = ${scope.at.tenantId} and e.deleted_at is null
        and e.created_at <= ${scope.at.now.toString()}::timestamptz and e.ended_at > ${scope.at.now.toString()}::timestamptz
        ${scopeConditions(scope, 'e')}`;
  }
  return sql`
    select ${groupColumns(grouping, scope, 'f')}, f.opened_on, f.tickets
    from mart.ticket_ended_daily f
    where f.tenant_id = ${scope.at.tenantId} and f.day > ${day}::date and f.opened_on <= ${day}::date
      ${scopeConditions(scope, 'f')}`;
}

interface Movement {
  day: string;
  opened: number;
  ended: number;
}

async function movements(reader: Queryable, scope: Scope, endDay: string): Promise<Map<string, Movement>> {
  const period = { from: scope.period.from, to: addDays(endDay, 1) };
  const rows = await reader.query<Movement>(sql`
    select moved.day, sum(moved.opened)::bigint as opened, sum(moved.ended)::bigint as ended
    from (
      select f.day, f.tickets as opened, 0 as ended
      from ${factsOf(ticketCreatedDaily, scope.at, period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      union all
      select f.day, 0, f.tickets
      from ${factsOf(ticketEndedDaily, scope.at, period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    ) as moved
    group by 1`);
  return new Map(rows.map((row) => [row.day, row]));
}

/** Levels at the end of each bucket (or of the period, where that comes first), from the last one backwards. */
function walkBack(
  moves: ReadonlyMap<string, Movement>,
  endLevel: number,
  grouping: Extract<Grouping, { kind: 'series' }>,
  endDay: string,
): Group[] {
  const groups: Group[] = [];
  let level = endLevel;
  let day = endDay;
  for (const bucket of grouping.buckets.toReversed()) {
    const bucketEnd = addDays(addUnits(bucket, grouping.grain, 1), -1);
    if (bucket > endDay) continue;
    for (; day > bucketEnd; day = addDays(day, -1)) {
      const move = moves.get(day);
      level += (move?.ended ?? 0) - (move?.opened ?? 0);
    }
    groups.unshift({ bucket, key: null, source: null, sums: { counts: { open: level }, bins: {} } });
  }
  return groups;
}
