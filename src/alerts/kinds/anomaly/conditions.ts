import { shapeOf } from '../../../answers/wording.ts';
import { formatDate, formatValue } from '../../../domain/format.ts';
import type { KpiResult } from '../../../domain/kpi-result.ts';
import { addDays, startOfDay } from '../../../domain/period.ts';
import type { Days, TestedDay } from '../../../kpis/unusual.ts';
import type { Condition } from '../../condition.ts';
import type { LookContext, RuleOf } from '../room.ts';
import type { Verdict } from './judge.ts';

/** The days of one KPI as they were asked. */
export interface AskedDays extends Days {
  result: KpiResult;
}

type Rule = Pick<RuleOf<'anomaly'>, 'policy'>;

/** What is unusual, and what nobody can tell: that stays what it was. */
export function conditionsOf(rule: Rule, { unusual, untold }: Verdict<AskedDays>, context: LookContext): Condition[] {
  const severity = rule.policy.importance === 'high' ? 3 : 2;
  return [
    ...unusual.map((day): Condition => ({ ...conditionOf(day, context), severity })),
    ...untold.map(
      ({ line: { kpi }, reason }): Condition => ({
        ...{ labels: { kpi: kpi.id }, status: 'between', severity, since: context.now },
        facts: { line: `${kpi.title}: ${reason}`, rank: 0, words: `${kpi.id} 30d` },
      }),
    ),
  ];
}

function conditionOf(
  { line, point, anomaly }: TestedDay<AskedDays>,
  { tenant, now }: LookContext,
): Omit<Condition, 'severity'> {
  const { kpi, result } = line;
  const { z, expected } = anomaly;
  const shape = shapeOf(result, tenant.locale);
  const weekday = Temporal.PlainDate.from(point.at).toLocaleString('en', { weekday: 'long' });
  const usual = formatValue(kpi.unit === 'count' ? Math.round(expected) : expected, kpi.unit, shape);
  const valueText = formatValue(point.value, kpi.unit, shape);
  const ended = startOfDay(addDays(point.at, 1), tenant.timezone);
  return {
    ...{ labels: { kpi: kpi.id }, status: 'firing' },
    since: Temporal.Instant.compare(ended, now) <= 0 ? ended : now,
    facts: {
      line: `${result.title}: ${valueText} on ${weekday} ${formatDate(point.at)}; a ${weekday} usually has about ${usual}`,
      ...{ rank: Math.abs(z), value: Number(point.value), valueText },
      words: `${kpi.id} 30d`,
      extra: { subject: kpi.id, day: point.at, way: Math.sign(z) },
    },
  };
}
