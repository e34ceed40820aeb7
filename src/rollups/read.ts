import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { DateRange } from '../domain/period.ts';
import { columns, type Rollup, sourceRows, type TenantZone } from './rollup.ts';

export interface ReadAt extends TenantZone {
  /** Business time of the question: facts dated later are hidden. */
  now: Temporal.Instant;
}

/** The local date of the question. */
export function today(at: ReadAt): string {
  return at.now.toZonedDateTimeISO(at.timezone).toPlainDate().toString();
}

/**
 * The rollup's rows of a period as a table expression, as of `now`: stored rows for days that are over, and for today
 * the same definition run over the records up to this moment. So an answer for today is not cut at the last drain, and
 * one asked of the past (`--now`) does not see the rest of that day.
 */
export function factsOf(rollup: Rollup, at: ReadAt, period: DateRange): Sql {
  const current = today(at);
  const names = columns(['tenant_id', 'day', ...rollup.key, ...rollup.measures]);
  const stored = sql`
    select ${names} from ${raw(rollup.table)}
    where tenant_id = ${at.tenantId} and day >= ${period.from}::date and day < least(${period.to}::date, ${current}::date)`;
  const includesToday = period.from <= current && current < period.to;
  if (!includesToday) return sql`(${stored})`;
  return sql`(
    ${stored}
    union all
    select ${names} from (
      ${rollup.select(sourceRows(rollup, at, { days: [current], until: at.now }), at.timezone)}
    ) as so_far
  )`;
}
