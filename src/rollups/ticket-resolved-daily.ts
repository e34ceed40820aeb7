import sql, { raw } from 'sql-template-tag';
import { histogram } from '../domain/histogram.ts';
import type { Rollup } from './rollup.ts';
import { ticketDimensions, ticketDimensionValues } from './ticket-dimensions.ts';

/**
 * Tickets by the day they were resolved on, with the distribution of their resolution time (resolved - created,
 * calendar time). Sums are integers (microseconds; millionths of ln seconds), so that they do not depend on the order
 * of adding and a drain equals a rebuild to the last digit. Negative times are counted in a bin of their own, without
 * sums.
 */
export const ticketResolvedDaily: Rollup = {
  id: 'ticket-resolved-daily',
  table: 'mart.ticket_resolved_daily',
  stream: 'ticket',
  entityTable: 'crm.tickets',
  at: 'resolved_at',
  definitionVersion: 1,
  key: [...ticketDimensions, 'bin'],
  measures: ['tickets', 'duration_us', 'log_sum', 'log_square_sum'],
  select: (rows) => sql`
    select
      tenant_id, day, ${ticketDimensionValues},
      (case
        when us < 0 then ${raw(String(histogram.negative))}
        when us < 1000000 then ${raw(String(histogram.underOneSecond))}
        else ceil(ln_seconds / ${raw(`ln(${histogram.gamma}::double precision)`)})
      end)::smallint as bin,
      count(*)::int as tickets,
      coalesce(sum(us) filter (where us >= 0), 0)::bigint as duration_us,
      sum(round(ln_seconds * 1e6))::bigint as log_sum,
      sum(round(ln_seconds * ln_seconds * 1e6))::bigint as log_square_sum
    from (
      select r.*, us, ln(greatest(us, 1000000) / 1e6::double precision) as ln_seconds
      from ${rows}, lateral (select (extract(epoch from r.resolved_at - r.created_at) * 1000000)::bigint as us) as elapsed
    ) as timed
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`,
};
