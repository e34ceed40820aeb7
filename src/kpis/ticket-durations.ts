import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { quantile } from '../domain/histogram.ts';
import { factsOf } from '../rollups/read.ts';
import type { Rollup } from '../rollups/rollup.ts';
import type { Group, Grouping, Measured, PartDeclaration, Scope, Sums } from './kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** Bands of a distribution of times; upper bounds in seconds, exclusive. */
export const durationBands = [
  { label: '< 15 min', upTo: 15 * minute },
  { label: '15–60 min', upTo: hour },
  { label: '1–4 h', upTo: 4 * hour },
  { label: '4–24 h', upTo: day },
  { label: '1–3 d', upTo: 3 * day },
  { label: '3–7 d', upTo: 7 * day },
  { label: '7–30 d', upTo: 30 * day },
  { label: '> 30 d', upTo: Number.POSITIVE_INFINITY },
];

/** Times of tickets from a rollup that keeps them per clock and bin: sums, and how many fell into each bin. */
export async function ticketDurations(
  rollup: Rollup,
  reader: Queryable,
  scope: Scope,
  grouping: Grouping,
): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    with binned as (
      select
        ${groupColumns(grouping, scope, 'f')},
        f.clock,
        f.bin,
        sum(f.tickets)::bigint as tickets,
        sum(f.duration_us)::numeric as duration_us,
        sum(f.log_sum)::numeric as log_sum,
        sum(f.log_square_sum)::numeric as log_square_sum,
        sum(f.within_target)::bigint as within_target,
        sum(f.with_target)::bigint as with_target
      from ${factsOf(rollup, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4, 5
    )
    select
      bucket, key, source,
      coalesce(sum(tickets) filter (where clock = 'calendar' and bin >= -1), 0)::bigint as measured,
      coalesce(sum(tickets) filter (where clock = 'calendar' and bin < -1), 0)::bigint as negative,
      coalesce((sum(duration_us) filter (where clock = 'calendar') / 1e6)::double precision, 0) as seconds,
      coalesce((sum(log_sum) filter (where clock = 'calendar') / 1e6)::double precision, 0) as log_sum,
      coalesce((sum(log_square_sum) filter (where clock = 'calendar') / 1e6)::double precision, 0) as log_square_sum,
      coalesce(sum(within_target) filter (where clock = 'calendar' and bin >= -1), 0)::bigint as within_target,
      coalesce(sum(with_target) filter (where clock = 'calendar' and bin >= -1), 0)::bigint as with_target,
      jsonb_build_object(
        'calendar', jsonb_object_agg(bin, tickets) filter (where clock = 'calendar'),
        'business', jsonb_object_agg(bin, tickets) filter (where clock = 'business')
      ) as bins
    from binned
    group by bucket, key, source`);
  return rows.map(toGroup);
}

/** The parts every KPI of times has; `count` is named by the KPI. */
export const durationParts = (counted: string) =>
  ({
    average: { title: 'Average', unit: 'duration' },
    median: { title: 'Median', unit: 'duration' },
    p90: { title: '90th percentile', unit: 'duration' },
    business_median: { title: 'Median in business time', unit: 'duration' },
    within_target: { title: 'Within target', unit: 'ratio' },
    count: { title: counted, unit: 'count' },
  }) as const satisfies Record<string, PartDeclaration>;

/** Median first, average exact, percentiles within 1 %; the share within target is of those that had a target. */
export function measureDurations(sums: Sums): Measured {
  const { counts } = sums;
  const count = counts.measured ?? 0;
  const calendar = sums.bins.calendar ?? new Map();
  const median = quantile(calendar, 0.5);
  const withTarget = counts.with_target ?? 0;
  return {
    value: median,
    weight: count,
    parts: {
      average: count === 0 ? null : (counts.seconds ?? 0) / count,
      median,
      p90: quantile(calendar, 0.9),
      business_median: quantile(sums.bins.business ?? new Map(), 0.5),
      within_target: withTarget === 0 ? null : (counts.within_target ?? 0) / withTarget,
      count,
    },
    evidence: {
      kind: 'durations',
      n: count,
      logSum: counts.log_sum ?? 0,
      logSquareSum: counts.log_square_sum ?? 0,
    },
  };
}

/** What has to be said beside times read from a histogram. */
export const percentileNote = 'Median and 90th percentile are within 1 % of the exact ones.';
