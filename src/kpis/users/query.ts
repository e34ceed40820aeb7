import sql, { type Sql } from 'sql-template-tag';
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
  const then = (field: 'active' | 'role' | 'type', now: Sql) => sql`coalesce((
    select coalesce(h.old, '') from crm.changes h
    where h.tenant_id = ${tenantId} and h.entity = 'operator' and h.source = o.source and h.entity_id = o.id
      and h.field = ${field} and h.at > m.at
    order by h.at, h.id limit 1
  ), ${now})`;
  return sql`
    select m.bucket as at_bucket, m.day as at_day, m.at, o.source, o.id as operator_id, o.team_id, o.account_id,
      ${then('role', sql`o.role`)} as role, ${then('type', sql`o.type`)} as type
    from ${moments} as m (bucket, day, at)
    join crm.operators o on o.tenant_id = ${tenantId} and (o.created_at is null or o.created_at <= m.at)
      and (o.deleted_at is null or o.deleted_at > m.at)
      ${ownOperators(scope.at, 'o.id')}
    where ${then('active', sql`o.active::text`)} = 'true'`;
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
