import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { ownOperators } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { levelMoments } from '../levels.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/**
 * Operators that existed and were active at the moments of the levels, a row each: as the changes of them that were seen
 * say, else as they are now. There are hundreds at most, so the records themselves are read.
 */
export function activeOperators(scope: Scope, moments: Sql): Sql {
  const { tenantId } = scope.at;
  // The first change behind a moment tells what was before it.
  const then = (field: 'active' | 'role' | 'type') => sql`
    (array_agg(coalesce(h.old, '') order by h.at, h.id) filter (where h.field = ${field}))[1] as ${raw(field)}`;
  return sql`
    select m.bucket as at_bucket, m.day as at_day, m.at, o.source, o.id as operator_id, o.team_id, o.account_id,
      coalesce(was.role, o.role) as role, coalesce(was.type, o.type) as type
    from ${moments} as m (bucket, day, at)
    join crm.operators o on o.tenant_id = ${tenantId} and (o.created_at is null or o.created_at <= m.at)
      and (o.deleted_at is null or o.deleted_at > m.at)
      ${ownOperators(scope.at, 'o.id')}
    cross join lateral (
      select ${then('active')}, ${then('role')}, ${then('type')}
      from crm.changes h
      where h.tenant_id = ${tenantId} and h.entity = 'operator' and h.source = o.source and h.entity_id = o.id
        and h.field in ('active', 'role', 'type') and h.at > m.at
    ) as was
    where coalesce(was.active, o.active::text) = 'true'`;
}

export async function usersByRole(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moments = levelMoments(scope, grouping);
  if (!moments) return [];
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const rows = await reader.query<GroupRow & { at_bucket: string | null }>(sql`
    with users as (${activeOperators(scope, moments)})
    select u.at_bucket, ${groupColumns(grouped, scope, 'u')},
      count(*)::int as users,
      (count(*) filter (where u.role = 'admin'))::int as admin,
      (count(*) filter (where u.role = 'owner'))::int as owner,
      (count(*) filter (where u.role = 'supervisor'))::int as supervisor,
      (count(*) filter (where u.role = 'agent'))::int as agent
    from users u
    where true ${scopeConditions(scope, 'u')}
    group by 1, 2, 3, 4`);
  return rows.map(({ at_bucket, ...row }) => toGroup({ ...row, bucket: at_bucket }));
}
