import type { KpiRequest } from '../../../answers/parse.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { daysBetween, resolvePeriod } from '../../../domain/period.ts';
import { usageError } from '../../../lib/errors.ts';
import { movingQuestion } from '../questions.ts';

/** Weeks that tell what is usual. */
export const baselineWeeks = 8;
/** Longer stretches of the same weekdays do not fit into the weeks often enough. */
const longestDays = 35;

/**
 * The question of a rule about changes. Throws a usage error for one that is never compared: of days that are not over, or
 * that has no such days before it.
 */
export function changing({ kpi: words, against }: AlertRuleOf<'kpi-change'>): KpiRequest {
  const request = movingQuestion(words);
  const { kpi, question } = request;
  const { period, versus } = question;
  if (period?.kind === 'today' || period?.kind === 'since' || period?.kind === 'all')
    throw usageError(
      'ALERT_UNFINISHED',
      `"${request.words}" is about days that are not over, which are compared with nothing`,
      `Ask about days that are over: ${kpi.id} yesterday, or ${kpi.id} 7d`,
    );
  if (against === 'previous') return request;
  if (versus !== null)
    throw usageError(
      'ALERT_AGAINST',
      `"${request.words}" says itself what it is compared with`,
      'Leave out vs, or against: baseline.',
    );
  // The last day of a year: to-date periods are at their longest.
  const dates = period && resolvePeriod(period, { today: '2026-12-31', weekStart: 1 }, null);
  if (dates && daysBetween(dates.from, dates.to) > longestDays)
    throw usageError(
      'ALERT_AGAINST',
      `"${request.words}" is longer than ${longestDays} days: ${baselineWeeks} weeks do not tell what is usual for it`,
      'Ask about fewer days, or compare with the stretch before (against: previous).',
    );
  return request;
}
