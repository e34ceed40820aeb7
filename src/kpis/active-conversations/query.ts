import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays, addUnits } from '../../domain/period.ts';
import { ownOperators, today } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/**
 * Conversations that are open and have a message of the last 24 hours: now where the period has not ended, else at its
 * end; for series, at the end of each bucket. Of a past day the aggregate says it, of now the stretches of activity.
 */
export async function activeConversations(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const current = today(scope.at);
  if (scope.period.from > current) return [];
  const lastDay = addDays(scope.period.to, -1);
  const endDay = lastDay < current ? lastDay : current;
  if (grouping.kind !== 'series')
    return endDay === current
      ? now(reader, scope, grouping)
      : atEnds(reader, scope, grouping, [{ bucket: null, day: endDay }]);
  const ends = grouping.buckets
    .filter((bucket) => bucket <= endDay)
    .map((bucket) => {
      const day = addDays(addUnits(bucket, grouping.grain, 1), -1);
      return { bucket, day: day < endDay ? day : endDay };
    });
  const past = ends.filter(({ day }) => day < current);
  const groups = past.length > 0 ? await atEnds(reader, scope, { kind: 'total' }, past) : [];
  const present = ends.find(({ day }) => day === current);
  if (!present) return groups;
  const [level] = await now(reader, scope, { kind: 'total' });
  return level ? [...groups, { ...level, bucket: present.bucket }] : groups;
}

async function now(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moment = scope.at.now.toString();
  const rows = await reader.query<GroupRow>(sql`
    select ${groupColumns(grouping, scope, 'e')}, count(*)::bigint as active
    from crm.conversation_stretches e
    where e.tenant_id = ${scope.at.tenantId} and e.active_from <= ${moment}::timestamptz
      and e.active_until > ${moment}::timestamptz ${scopeConditions(scope, 'e')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

async function atEnds(
  reader: Queryable,
  scope: Scope,
  grouping: Grouping,
  ends: readonly { bucket: string | null; day: string }[],
): Promise<Group[]> {
  const days = ends.map(({ day }) => day);
  const rows = await reader.query<GroupRow & { level: string }>(sql`
    select ${groupColumns(grouping, scope, 'f')}, l.day::text as level, sum(f.conversations)::bigint as active
    from unnest(${days}::date[]) as l (day)
    join mart.conversation_active_daily f on f.tenant_id = ${scope.at.tenantId} and f.day <= l.day and f.last_day >= l.day
      ${ownOperators(scope.at, 'f.operator_id')}
    where true ${scopeConditions(scope, 'f')}
    group by 1, 2, 3, 4`);
  return rows.map(({ level, ...row }) => {
    const bucket = ends.find(({ day }) => day === level)?.bucket ?? null;
    return toGroup({ ...row, bucket });
  });
}
