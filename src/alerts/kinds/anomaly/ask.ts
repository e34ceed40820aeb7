import { addDays } from '../../../domain/period.ts';
import type { Kpi } from '../../../kpis/kpi.ts';
import type { KpiQuestion } from '../../../kpis/question.ts';
import { lackOf } from '../days.ts';
import { type Asking, localDay } from '../questions.ts';
import type { LookContext } from '../room.ts';
import type { AskedDays } from './conditions.ts';

/** Days that tell what is usual. */
export const historyDays = 13 * 7;

/** Several weeks of a number day by day until now, `more` days before those of the history too; or why nobody knows them. */
export async function askDays(
  ask: Asking,
  viewer: string,
  kpi: Kpi,
  context: LookContext,
  more = 0,
): Promise<{ kind: 'days'; days: AskedDays } | { kind: 'unknown'; reason: string; late?: readonly string[] }> {
  const today = localDay(context.now, context);
  const question: KpiQuestion = {
    period: { kind: 'dates', from: addDays(today, -historyDays - 1 - more), to: today },
    ...{ by: null, filters: [], versus: { kind: 'none' }, grain: 'day', attention: false },
  };
  const asked = await ask(context, viewer, kpi, question);
  if (asked.kind === 'unknown') return asked;
  const { result } = asked;
  const lack = lackOf(result, context);
  if (lack && !lack.isOnItsWay) return { kind: 'unknown', reason: lack.reason };
  return { kind: 'days', days: { kpi, result, points: result.series.points } };
}
