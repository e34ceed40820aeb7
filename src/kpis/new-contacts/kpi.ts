import sql from 'sql-template-tag';
import { contactBegunDaily } from '../../rollups/contact-begun-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import { contactCaveat, contactKpi } from '../contact-levels.ts';
import type { Kpi } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

export const newContacts: Kpi = {
  ...contactKpi,
  id: 'new-contacts',
  title: 'New contacts',
  question: 'How many contacts did we gain?',
  formula: 'Contacts created in the period, those deleted since too.',
  kind: 'flow',
  unit: 'count',
  better: 'up',
  parts: {},
  rollups: [contactBegunDaily],
  chart: { series: 'bar', prefer: 'series' },
  caveats: [
    contactCaveat,
    'Contacts that were there when the CRM was first read, without a date of their own, are no new ones.',
  ],
  examples: ['new-contacts', 'new-contacts 30d by source', 'new-contacts last month'],
  async query(reader, scope, grouping) {
    const rows = await reader.query<GroupRow>(sql`
      select ${groupColumns(grouping, scope, 'f')}, sum(f.created)::bigint as created
      from ${factsOf(contactBegunDaily, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3`);
    return rows.map(toGroup);
  },
  measure({ counts }, { days }) {
    const count = counts.created ?? 0;
    return { value: count, weight: count, parts: {}, evidence: { kind: 'count', count, exposure: days } };
  },
};
