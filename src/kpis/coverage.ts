import {
  addUnits,
  type CalendarContext,
  type DateRange,
  dateAt,
  defaultPeriod,
  type PeriodDates,
  type PeriodExpression,
  resolvePeriod,
  startOfDay,
  yearBefore,
} from '../domain/period.ts';
import type { ReadAt } from '../rollups/read.ts';
import { today } from '../rollups/read.ts';
import type { Reach } from './freshness.ts';
import type { KpiQuestion } from './question.ts';

/** The default period ends with the last day that has ended, is covered by every source, and is mature. */
export function datesOf(question: KpiQuestion, reach: Reach, at: ReadAt, weekStart: number): PeriodDates {
  const context: CalendarContext = { today: todayOf(question, at), weekStart };
  const covered = coveredUntil(reach, at);
  const anchor = covered && covered < context.today ? covered : context.today;
  const dates =
    question.period === null
      ? resolvePeriod(
          defaultPeriod,
          { ...context, today: addUnits(anchor, 'day', -reach.maturesAfterDays) },
          reach.data,
        )
      : resolvePeriod(question.period, context, reach.data);
  const { versus } = question;
  switch (versus?.kind) {
    case undefined:
      return dates;
    case 'none':
      return { ...dates, previous: null };
    case 'year-before':
      return { ...dates, previous: yearBefore(dates) };
    default:
      return { ...dates, previous: resolvePeriod(versus as PeriodExpression, context, reach.data) };
  }
}

/** What was believed on an earlier day was believed of the time until its end: then the next day is today. */
function todayOf({ asOfDate }: KpiQuestion, at: ReadAt): string {
  const current = today(at);
  const next = asOfDate === undefined ? current : addUnits(asOfDate, 'day', 1);
  return next < current ? next : current;
}

/** `all` is complete when its last day has ended: it is everything there is. Other periods need their sources' word. */
export function coverageOf(
  dates: DateRange,
  question: KpiQuestion,
  reach: Reach,
  at: ReadAt,
): { complete: boolean; mature: boolean } {
  const ended = dates.to <= today(at);
  const complete = ended && (question.period?.kind === 'all' || isCovered(dates.to, reach, at.timezone));
  return { complete, mature: complete && isMature(dates, reach, at) };
}

/**
 * Whether the cases of days are decided, and the data reaches the moment they were: what the clock decides after the data
 * has ended is judged without knowing what happened.
 */
export function isMature(dates: DateRange, reach: Reach, at: ReadAt): boolean {
  const current = today(at);
  if (reach.maturesAfterDays === 0) return dates.to <= current;
  const covered = coveredUntil(reach, at);
  const known = covered !== undefined && covered < current ? covered : current;
  return addUnits(dates.to, 'day', reach.maturesAfterDays) <= known;
}

/** The day the data reaches into; undefined where none was loaded. */
function coveredUntil(reach: Reach, at: ReadAt): string | undefined {
  return reach.asOf ? dateAt(reach.asOf, at.timezone) : undefined;
}

export function isCovered(to: string, reach: Reach, timezone: string): boolean {
  return reach.asOf !== null && Temporal.Instant.compare(reach.asOf, startOfDay(to, timezone)) >= 0;
}

/** Stale: the sources do not reach as far as the question does, though that time has passed. */
export function isStale(question: KpiQuestion, dates: DateRange, reach: Reach, at: ReadAt): boolean {
  if (reach.sources.length === 0 || question.period?.kind === 'all') return false;
  const current = today(at);
  const wanted = question.period === null || dates.to > current ? current : dates.to;
  return !isCovered(wanted, reach, at.timezone);
}

/** Whether the sources cover any of the period. */
export function overlaps(period: DateRange, reach: Reach, timezone: string): boolean {
  return (
    reach.asOf !== null &&
    reach.data !== null &&
    period.to > reach.data.from &&
    Temporal.Instant.compare(startOfDay(period.from, timezone), reach.asOf) < 0
  );
}
