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

async function usersOfLicensed(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moments = levelMoments(scope, grouping);
  if (!moments) return [];
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const rows = await reader.query<GroupRow & { at_bucket: string | null }>(sql`
    with users as (${activeOperators(scope, moments)})
    select u.at_bucket, ${groupColumns(grouped, scope, 'u')},
      count(*)::int as users,
      (count(*) filter (where u.type = 'regular'))::int as regular,
      (count(*) filter (where u.type = 'lite'))::int as lite
    from users u
    where exists (
      select from crm.licences l
      where l.tenant_id = ${scope.at.tenantId} and l.source = u.source and l.account_id = u.account_id
        and l.deleted_at is null and l.billing_date <= u.at_day and l.next_billing_date > u.at_day
    ) ${scopeConditions(scope, 'u')}
    group by 1, 2, 3, 4`);
  return rows.map(({ at_bucket, ...row }) => toGroup({ ...row, bucket: at_bucket }));
}
