import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['operator_id', 'account_id'] as const;

/** Leads by the day they were qualified on. */
export const leadQualifiedDaily: Rollup = {
  id: 'lead-qualified-daily',
  table: 'mart.lead_qualified_daily',
  stream: 'lead',
  entityTable: 'crm.leads',
  at: 'qualified_at',
  definitionVersion: 1,
  key: ['source', ...dimensions],
  measures: ['leads'],
  select: (rows) => sql`
    select tenant_id, day, source, ${dimensionValues(dimensions)}, count(*)::int as leads
    from ${rows}
    group by 1, 2, 3, 4, 5`,
};
