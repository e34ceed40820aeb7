import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Group, Grouping, Kpi, Scope } from '../kpi.ts';
import { levelMoments } from '../levels.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';
import { activeOperators } from '../users/query.ts';

export const userMix: Kpi = {
  id: 'user-mix',
  version: 1,
  group: 'adoption',
  title: 'Users of licensed accounts',
  question: 'How many of the paying accounts’ users are regular, and how many lite?',
  formula:
    'Operators marked active at the end of the period (now, where it has not ended) of accounts that are then in a billing period, by type.',
  kind: 'stock',
  unit: 'count',
  better: 'neither',
  // Licences belong to the company.
  audience: 'supervisors',
  dimensions: ['type', 'account'],
  defaultBy: 'type',
  parts: { regular: { title: 'Regular', unit: 'count' }, lite: { title: 'Lite', unit: 'count' } },
  streams: ['operator', 'licence'],
  rollups: [],
  datedBy: { table: 'crm.operators', standsFrom: 'created_at' },
  needs: 'licences and the accounts of operators',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'stacked', prefer: 'breakdown', rows: 'doughnut', stack: ['regular', 'lite'] },
  caveats: [
    'A past day has what an operator was then as far as its changes were seen: of before the first sync only the latest state is known.',
    'Operators without an account, and of accounts without a current licence, are left out.',
  ],
  examples: ['user-mix', 'user-mix by account', 'user-mix type:lite'],
  query: usersOfLicensed,
  lacks: ({ counts }) => (counts.users ?? 0) === 0,
  measure({ counts }) {
    const count = counts.users ?? 0;
    return {
      value: count,
      weight: count,
      parts: { regular: counts.regular ?? 0, lite: counts.lite ?? 0 },
      evidence: { kind: 'count', count, exposure: 1 },
    };
  },
};

/** Who is licensed is worked out once for each moment: looked up for each operator, all licences would be gone through. */
async function usersOfLicensed(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moments = levelMoments(scope, grouping);
  if (!moments) return [];
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const rows = await reader.query<GroupRow & { at_bucket: string | null }>(sql`
    with users as (${activeOperators(scope, moments)}), licensed as materialized (
      select m.day, l.source, l.account_id
      from ${moments} as m (bucket, day, at)
      join crm.licences l on l.tenant_id = ${scope.at.tenantId} and l.deleted_at is null
        and l.billing_date <= m.day and l.next_billing_date > m.day
    )
    select u.at_bucket, ${groupColumns(grouped, scope, 'u')},
      count(*)::int as users,
      (count(*) filter (where u.type = 'regular'))::int as regular,
      (count(*) filter (where u.type = 'lite'))::int as lite
    from users u
    where (u.at_day, u.source, u.account_id) in (select day, source, account_id from licensed) ${scopeConditions(scope, 'u')}
    group by 1, 2, 3, 4`);
  return rows.map(({ at_bucket, ...row }) => toGroup({ ...row, bucket: at_bucket }));
}
