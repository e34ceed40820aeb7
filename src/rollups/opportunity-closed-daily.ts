import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['operator_id', 'account_id', 'product'] as const;

/**
 * Won and lost opportunities by the day they were closed on, with their amounts and by the number of local days since
 * they were created (or engaged, where a source says only that): -1 where that is not known or lies after the end.
 */
export const opportunityClosedDaily: Rollup = {
  id: 'opportunity-closed-daily',
  table: 'mart.opportunity_closed_daily',
  stream: 'opportunity',
  entityTable: 'crm.deals',
  at: 'closed_at',
  definitionVersion: 1,
  key: ['source', 'status', ...dimensions, 'cycle_days'],
  measures: ['opportunities', 'amount_minor', 'with_amount'],
  select: (rows, timezone) => sql`
    select
      tenant_id, day, source, status, ${dimensionValues(dimensions)},
      greatest(coalesce(day - (opened_at at time zone ${timezone})::date, -1), -1) as cycle_days,
      count(*)::int as opportunities,
      coalesce(sum(amount_minor), 0)::bigint as amount_minor,
      count(amount_minor)::int as with_amount
    from ${rows}
    where status in ('won', 'lost')
    group by 1, 2, 3, 4, 5, 6, 7, 8`,
};
