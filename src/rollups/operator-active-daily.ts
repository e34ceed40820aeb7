import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

/** Operators by the days they were there: one row each, so that distinct ones of any span are counted exactly. */
export const operatorActiveDaily: Rollup = {
  id: 'operator-active-daily',
  table: 'mart.operator_active_daily',
  stream: 'activity',
  entityTable: 'crm.activity',
  at: 'at',
  definitionVersion: 1,
  key: ['source', 'operator_id', 'account_id'],
  measures: ['signs'],
  select: (rows) => sql`
    select tenant_id, day, source, operator_id, ${dimensionValues(['account_id'])}, count(*)::int as signs
    from ${rows}
    where operator_id is not null
    group by 1, 2, 3, 4, 5`,
};
