import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['operator_id', 'account_id', 'product'] as const;

/** Opportunities by the day they were created on, or engaged on where a source says only that. */
export const opportunityOpenedDaily: Rollup = {
  id: 'opportunity-opened-daily',
  table: 'mart.opportunity_opened_daily',
  stream: 'opportunity',
  entityTable: 'crm.deals',
  at: 'opened_at',
  definitionVersion: 1,
  key: ['source', ...dimensions],
  measures: ['opportunities'],
  select: (rows) => sql`
    select tenant_id, day, source, ${dimensionValues(dimensions)}, count(*)::int as opportunities
    from ${rows}
    group by 1, 2, 3, 4, 5, 6`,
};
