import sql from 'sql-template-tag';
import { snapshotOf } from './keep-snapshot.ts';
import { leadCreatedDaily } from './lead-created-daily.ts';
import { columns } from './rollup.ts';

const key = ['source', 'stage', 'operator_id', 'account_id', 'created_month'];

/** Leads and their amounts by stage, as they were believed to be at the end of each day. */
export const pipelineSnapshot = snapshotOf({
  id: 'pipeline',
  table: 'mart.pipeline_snapshot',
  stream: 'lead',
  streams: ['lead', 'opportunity'],
  key,
  measures: ['leads', 'amount_minor', 'with_amount'],
  rollups: [leadCreatedDaily],
  believed: (rowsOf) => sql`
    select ${columns(key)},
      sum(leads)::int as leads, sum(amount_minor)::bigint as amount_minor, sum(with_amount)::int as with_amount
    from ${rowsOf(leadCreatedDaily)} as d
    group by ${columns(key)}`,
});
