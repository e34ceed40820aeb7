import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { surveyKinds } from '../domain/entities/support.ts';
import type { Bins } from '../domain/histogram.ts';
import { factsOf } from '../rollups/read.ts';
import { surveyDaily } from '../rollups/survey-daily.ts';
import type { Group, Grouping, Scope, Sums } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Answers to surveys of one kind by the day they were given on: the bins named `score` count them by score. */
export async function surveyAnswers(
  reader: Queryable,
  scope: Scope,
  grouping: Grouping,
  kind: (typeof surveyKinds)[number],
): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    with scored as (
      select ${groupColumns(grouping, scope, 'f')}, f.score, sum(f.answers)::bigint as answers
      from ${factsOf(surveyDaily, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} and f.kind = ${kind} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4
    )
    select bucket, key, source, jsonb_build_object('score', jsonb_object_agg(score, answers)) as bins
    from scored
    group by bucket, key, source`);
  return rows.map(toGroup);
}

/** How many answers have which score. */
export function scoresOf({ bins }: Sums): Bins {
  return bins.score ?? new Map();
}
