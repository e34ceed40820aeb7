import type { Sql } from 'sql-template-tag';
import sql, { join, raw } from 'sql-template-tag';
import { snapshotOf } from './keep-snapshot.ts';
import { leadCreatedDaily } from './lead-created-daily.ts';
import { leadQualifiedDaily } from './lead-qualified-daily.ts';
import { opportunityClosedDaily } from './opportunity-closed-daily.ts';
import { opportunityOpenedDaily } from './opportunity-opened-daily.ts';
import type { Rollup } from './rollup.ts';

/** The parts of the funnel: what each counts of which rollup. Those of the cohort are dated by the lead's creation. */
export const funnelParts: readonly { part: string; rollup: Rollup; measure: string; when?: string }[] = [
  { part: 'leads', rollup: leadCreatedDaily, measure: 'leads' },
  { part: 'sql', rollup: leadQualifiedDaily, measure: 'leads' },
  { part: 'opportunities', rollup: opportunityOpenedDaily, measure: 'opportunities' },
  { part: 'won', rollup: opportunityClosedDaily, measure: 'opportunities', when: "status = 'won'" },
  { part: 'cohort_sql', rollup: leadCreatedDaily, measure: 'reached_sql' },
  { part: 'cohort_opportunities', rollup: leadCreatedDaily, measure: 'reached_opportunity' },
  { part: 'cohort_won', rollup: leadCreatedDaily, measure: 'reached_won' },
];

/** The funnel's parts by month, as they were believed to be at the end of each day. */
export const funnelSnapshot = snapshotOf({
  id: 'funnel',
  table: 'mart.funnel_snapshot',
  stream: 'lead',
  streams: ['lead', 'opportunity'],
  key: ['source', 'part', 'operator_id', 'account_id', 'month'],
  measures: ['records'],
  rollups: [...new Set(funnelParts.map(({ rollup }) => rollup))],
  believed(rowsOf) {
    const rows = [...Map.groupBy(funnelParts, ({ rollup }) => rollup)].map(
      ([rollup, parts]): Sql => sql`
        select d.source, p.part, d.operator_id, d.account_id, date_trunc('month', d.day::timestamp)::date as month, p.records
        from ${rowsOf(rollup)} as d
        cross join lateral (values ${raw(
          parts
            .map(({ part, measure, when }) => `('${part}', case when ${when ?? 'true'} then d.${measure} else 0 end)`)
            .join(', '),
        )}) as p (part, records)`,
    );
    return sql`
      select source, part, operator_id, account_id, month, sum(records)::int as records
      from (${join(rows, ' union all ')}) as told
      where records > 0
      group by 1, 2, 3, 4, 5`;
  },
});
