import type { KpiRequest } from '../../../answers/parse.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { leadIn } from '../../../domain/format.ts';
import type { PeriodExpression } from '../../../domain/period.ts';
import { usageError } from '../../../lib/errors.ts';
import { movingQuestion } from '../questions.ts';
import { type Marks, marksOf } from './marks.ts';

type Settings = AlertRuleOf<'kpi-threshold'>;

/** A rule as it is asked: its question, and its marks in the unit of its KPI. */
export interface Watched {
  request: KpiRequest;
  marks: Marks;
}

/**
 * What a rule watches. Throws a usage error for a question that is not understood, for one about dates that stay where they
 * are, and for a mark that a day is below before it has begun.
 */
export function watched(settings: Settings): Watched {
  const request = movingQuestion(settings.kpi);
  const marks = marksOf(settings, request.kpi);
  if (marks.side === 'below' && isUnfinished(request.question.period) && grows(request))
    throw usageError(
      'ALERT_UNFINISHED',
      `${leadIn(request.kpi.title)} of days that are not over begins at 0: "${request.words}" would always be below`,
      `Ask about days that are over: ${request.kpi.id} yesterday, or ${request.kpi.id} 7d`,
    );
  return { request, marks };
}

/** Whether its number only grows until the period is over. */
function grows({ kpi: { kind, unit } }: KpiRequest): boolean {
  return kind !== 'stock' && (unit === 'count' || unit === 'money');
}

/** Periods that begin and are not over, at some time or always. */
export function isUnfinished(period: PeriodExpression | null): boolean {
  return period !== null && ['today', 'to-date', 'since', 'all'].includes(period.kind);
}

/**
 * Whether it is about days that are over: its number is another one on another day only, but for what comes late. The usual
 * period of a level may be today.
 */
export function isOver({ kpi, question: { period } }: KpiRequest): boolean {
  return period === null ? !kpi.isKnownOn : !isUnfinished(period);
}
