import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import { histogram } from '../domain/histogram.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

/**
 * Columns that keep a distribution of times, once per clock (`calendar`: the wall clock; `business`: open time of the
 * SLA's calendar): the log bin, the number of tickets, and sums. Sums are integers (microseconds; millionths of ln
 * seconds), so that they do not depend on the order of adding and a drain equals a rebuild to the last digit. Negative
 * times are counted in a bin of their own, without sums.
 */
export const durationKey = [...ticketDimensions, 'clock', 'bin'] as const;
export const durationMeasures = [
  'tickets',
  'duration_us',
  'log_sum',
  'log_square_sum',
  'within_target',
  'with_target',
] as const;

/** The log bin of a row with `us`, a time in microseconds, and `ln_seconds` (`lnSeconds`). */
export const durationBin: Sql = sql`(case
  when us < 0 then ${raw(String(histogram.negative))}
  when us < 1000000 then ${raw(String(histogram.underOneSecond))}
  else ceil(ln_seconds / ${raw(`ln(${histogram.gamma}::double precision)`)})
end)::smallint`;

/** The natural logarithm of `us` in seconds, of at least one. */
export const lnSeconds: Sql = raw('ln(greatest(us, 1000000) / 1e6::double precision)');

/**
 * Groups tickets by dimension, clock and bin. `calendar` and `business` are times in microseconds over a row `r`, null
 * where there is none; `state` is the SLA state of what took that time, which says whether it was within its target.
 */
export function durationGroups(rows: Sql, times: { calendar: Sql; business: Sql; state: Sql }): Sql {
  return sql`
    select
      tenant_id, day, ${ticketDimensionValues}, clock,
      ${durationBin} as bin,
      count(*)::int as tickets,
      coalesce(sum(us) filter (where us >= 0), 0)::bigint as duration_us,
      sum(round(ln_seconds * 1e6))::bigint as log_sum,
      sum(round(ln_seconds * ln_seconds * 1e6))::bigint as log_square_sum,
      (count(*) filter (where state = 'met'))::int as within_target,
      (count(*) filter (where state in ('met', 'missed')))::int as with_target
    from (
      select r.*, clock, us, ${times.state} as state, ${lnSeconds} as ln_seconds
      from ${rows}
      cross join lateral (
        values ('calendar', (${times.calendar})::bigint), ('business', (${times.business})::bigint)
      ) as elapsed (clock, us)
      where us is not null
    ) as timed
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`;
}
