import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Group, Grouping, Kpi, Scope } from '../kpi.ts';
import { levelMoments } from '../levels.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

export const licences: Kpi = {
  id: 'licences',
  version: 1,
  group: 'adoption',
  title: 'Licensed agents',
  question: 'How many agents are under a licence?',
  formula:
    'Sum of the agents of all licences whose billing period holds the last day of the period: from its billing date up to, but without, the next one.',
  kind: 'stock',
  unit: 'count',
  better: 'up',
  audience: 'supervisors',
  dimensions: ['account'],
  parts: { accounts: { title: 'Accounts', unit: 'count', additive: false } },
  streams: ['licence'],
  rollups: [],
  datedBy: { table: 'crm.licences', standsFrom: 'billing_date' },
  needs: 'licences',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'step', prefer: 'series' },
  caveats: [
    'Days between two billing periods of an account are without a licence; periods that overlap are added.',
    'Billing dates are dates of the contract: they are not moved into the reporting time zone.',
  ],
  examples: ['licences', 'licences 12w', 'licences by account'],
  query: licensedAgents,
  measure({ counts }) {
    const count = counts.agents ?? 0;
    return {
      value: count,
      weight: count,
      parts: { accounts: counts.accounts ?? 0 },
      evidence: { kind: 'count', count, exposure: 1 },
    };
  },
};

async function licensedAgents(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const moments = levelMoments(scope, grouping);
  if (!moments) return [];
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const rows = await reader.query<GroupRow & { at_bucket: string | null }>(sql`
    select m.bucket as at_bucket, ${groupColumns(grouped, scope, 'l')},
      sum(l.agents)::bigint as agents, count(distinct (l.source, l.account_id))::int as accounts
    from ${moments} as m (bucket, day, at)
    join crm.licences l on l.tenant_id = ${scope.at.tenantId} and l.deleted_at is null
      and l.billing_date <= m.day and l.next_billing_date > m.day
    where true ${scopeConditions(scope, 'l')}
    group by 1, 2, 3, 4`);
  return rows.map(({ at_bucket, ...row }) => toGroup({ ...row, bucket: at_bucket }));
}
