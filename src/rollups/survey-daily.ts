import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['account_id', 'operator_id', 'team_id'] as const;

/** Survey answers by the day they were given on and by score: averages, shares and distributions are sums of these. */
export const surveyDaily: Rollup = {
  id: 'survey-daily',
  table: 'mart.survey_daily',
  stream: 'survey',
  entityTable: 'crm.surveys',
  at: 'answered_at',
  definitionVersion: 1,
  key: ['source', 'kind', 'score', ...dimensions],
  measures: ['answers'],
  select: (rows) => sql`
    select tenant_id, day, source, kind, score, ${dimensionValues(dimensions)}, count(*)::int as answers
    from ${rows}
    group by 1, 2, 3, 4, 5, 6, 7, 8`,
};
