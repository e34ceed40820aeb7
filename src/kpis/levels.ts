import type { Sql } from 'sql-template-tag';
import sql, { join } from 'sql-template-tag';
import { addDays, addUnits } from '../domain/period.ts';
import { today } from '../rollups/read.ts';
import type { Grouping, Scope } from './kpi.ts';

export interface LevelDay {
  /** The bucket of a series it is the level of; null for the period's own. */
  bucket: string | null;
  /** The day at whose end the level is; today stands for now. */
  day: string;
}

/**
 * The days whose levels a question asks for: the last one of the period, or of each bucket, none of them after today.
 * Nothing where the period has not begun.
 */
export function levelDays(scope: Scope, grouping: Grouping): LevelDay[] {
  const current = today(scope.at);
  if (scope.period.from > current) return [];
  const last = (to: string) => {
    const end = to < scope.period.to ? to : scope.period.to;
    const day = addDays(end, -1);
    return day < current ? day : current;
  };
  if (grouping.kind !== 'series') return [{ bucket: null, day: last(scope.period.to) }];
  return grouping.buckets.map((bucket) => ({ bucket, day: last(addUnits(bucket, grouping.grain, 1)) }));
}

/**
 * The same as rows `(bucket date, day date, at timestamptz)` of SQL: `at` is the last microsecond of the day, for what begins
 * with the next one is not in it, or now where that is earlier.
 */
export function levelMoments(scope: Scope, grouping: Grouping): Sql | undefined {
  const days = levelDays(scope, grouping);
  if (days.length === 0) return undefined;
  const rows = days.map(({ bucket, day }) => {
    const end = Temporal.PlainDate.from(day)
      .add({ days: 1 })
      .toZonedDateTime(scope.at.timezone)
      .toInstant()
      .subtract({ microseconds: 1 });
    const at = Temporal.Instant.compare(end, scope.at.now) < 0 ? end : scope.at.now;
    return sql`(${bucket}::date, ${day}::date, ${at.toString()}::timestamptz)`;
  });
  return sql`(values ${join(rows)})`;
}
