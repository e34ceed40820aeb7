import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { quantile } from '../domain/histogram.ts';
import { factsOf } from '../rollups/read.ts';
import { responseBands, responseDaily } from '../rollups/response-daily.ts';
import type { Group, Grouping, Kpi, Measured, Scope, Sums } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

/** Times of replies by the day they were given on: since the first unanswered message, or since the conversation began. */
export async function replyTimes(
  clock: 'response' | 'wait',
  reader: Queryable,
  scope: Scope,
  grouping: Grouping,
): Promise<Group[]> {
  const bands = responseBands.map(({ name }) => name);
  const rows = await reader.query<GroupRow>(sql`
    with binned as (
      select
        ${groupColumns(grouping, scope, 'f')},
        f.bin,
        sum(f.answers)::bigint as answers,
        sum(f.assumed)::bigint as assumed,
        sum(f.duration_us)::numeric as duration_us,
        sum(f.log_sum)::numeric as log_sum,
        sum(f.log_square_sum)::numeric as log_square_sum,
        ${join(bands.map((name) => raw(`sum(f.${name})::bigint as ${name}`)))}
      from ${factsOf(responseDaily, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} and f.clock = ${clock} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4
    )
    select
      bucket, key, source,
      sum(answers)::bigint as answers,
      sum(assumed)::bigint as assumed,
      (sum(duration_us) / 1e6)::double precision as seconds,
      (sum(log_sum) / 1e6)::double precision as log_sum,
      (sum(log_square_sum) / 1e6)::double precision as log_square_sum,
      ${join(bands.map((name) => raw(`sum(${name})::bigint as ${name}`)))},
      jsonb_build_object('calendar', jsonb_object_agg(bin, answers)) as bins
    from binned
    group by bucket, key, source`);
  return rows.map(toGroup);
}

export const replyParts = {
  average: { title: 'Average', unit: 'duration' },
  median: { title: 'Median', unit: 'duration', inHeadline: true },
  p90: { title: '90th percentile', unit: 'duration' },
  count: { title: 'Replies', unit: 'count' },
  ...Object.fromEntries(
    responseBands.map(({ name, label }) => [name, { title: `Replied in ${label}`, unit: 'count' as const }]),
  ),
} as const satisfies Kpi['parts'];

/** Median first, average and bands exact, percentiles within 1 %. */
export function measureReplyTimes({ counts, bins }: Sums): Measured {
  const count = counts.answers ?? 0;
  const times = bins.calendar ?? new Map();
  const median = quantile(times, 0.5);
  return {
    value: median,
    weight: count,
    parts: {
      average: count === 0 ? null : (counts.seconds ?? 0) / count,
      median,
      p90: quantile(times, 0.9),
      count,
      ...Object.fromEntries(responseBands.map(({ name }) => [name, counts[name] ?? 0])),
    },
    evidence: { kind: 'durations', n: count, logSum: counts.log_sum ?? 0, logSquareSum: counts.log_square_sum ?? 0 },
  };
}

export function replyBands(title: string) {
  return ({ counts }: Sums) => ({
    title,
    bands: responseBands.map(({ name, label }) => ({ label, count: counts[name] ?? 0 })),
  });
}
