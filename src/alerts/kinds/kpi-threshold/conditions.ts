import type { KpiRequest } from '../../../answers/parse.ts';
import { shapeOf } from '../../../answers/wording.ts';
import { formatDateRange, formatValue } from '../../../domain/format.ts';
import type { Measure } from '../../../domain/kpi-result.ts';
import { dimensionOf } from '../../../kpis/dimensions.ts';
import type { Measurement } from '../../../kpis/measure.ts';
import { fewCases } from '../../../stats/compare.ts';
import { wilson } from '../../../stats/intervals.ts';
import type { Condition, Labels } from '../../condition.ts';
import { knownSince } from '../days.ts';
import type { LookContext, RuleOf } from '../room.ts';
import type { Marks } from './marks.ts';

/** A number of a rule at one moment: the whole, or one value of a dimension. */
export interface Reading {
  labels: Labels;
  /** Empty for the whole. */
  name: string;
  measure: Measure;
}

/** The numbers that are watched in an answer; those without a value too. */
export function readingsOf({ question: { by } }: KpiRequest, result: Measurement): Reading[] {
  if (!by) return [{ labels: {}, name: '', measure: result }];
  return (result.breakdown?.rows ?? []).map((row) => ({
    labels: { [by]: row.key ?? '' },
    name: `${dimensionOf(by).title} ${row.label}`,
    measure: row,
  }));
}

/**
 * On which side of the marks a number is. Few cases fire only where chance does not explain it: the whole 95 % interval
 * (Wilson) is beyond the mark. No number is neither well nor not: it leaves the list of what is not well.
 */
export function statusOf(marks: Marks, { value, numerator, denominator }: Measure): 'firing' | 'between' | 'clear' {
  if (value === null) return 'clear';
  const number = Number(value);
  const sign = marks.side === 'above' ? 1 : -1;
  const beyond = (at: number, limit: number) => sign * (at - limit) > 0;
  if (!beyond(number, marks.clear)) return 'clear';
  if (!beyond(number, marks.fire)) return 'between';
  const isFew = denominator !== undefined && numerator !== undefined && denominator < fewCases;
  if (!isFew || numerator < 0 || numerator > denominator) return 'firing';
  const { low, high } = wilson(numerator, denominator);
  return beyond(sign > 0 ? low : high, marks.fire) ? 'firing' : 'between';
}

/** What is not clearly well in an answer, as of a moment. */
export function conditionsOf(
  rule: Pick<RuleOf<'kpi-threshold'>, 'policy'>,
  { request, result, marks }: { request: KpiRequest; result: Measurement; marks: Marks },
  { tenant, now }: Pick<LookContext, 'tenant' | 'now'>,
): Condition[] {
  const by = request.question.by;
  return readingsOf(request, result).flatMap(({ labels, name, measure }): Condition[] => {
    const status = statusOf(marks, measure);
    if (status === 'clear') return [];
    const valueText = formatValue(measure.value, result.unit, shapeOf(result, tenant.locale));
    const facts = {
      line: `${name === '' ? result.title : name}: ${valueText} (${daysOf(result.period)})`,
      rank: Math.abs(Number(measure.value) - marks.fire),
      value: Number(measure.value),
      valueText,
      words: request.words,
      ...(by ? { names: { [by]: name.slice(dimensionOf(by).title.length + 1) } } : {}),
      extra: { subject: result.kpi },
    };
    return [
      {
        labels,
        status,
        severity: rule.policy.importance === 'high' ? 3 : 2,
        since: knownSince(result, { tenant, now }),
        facts,
      },
    ];
  });
}

/** Dates stay right in a message that is read later; `today` does not. */
function daysOf({ from, to }: Measurement['period']): string {
  return formatDateRange(from, to, { year: false });
}
