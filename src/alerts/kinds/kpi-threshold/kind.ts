import type { KpiRequest } from '../../../answers/parse.ts';
import { shapeOf } from '../../../answers/wording.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatDateRange, formatValue } from '../../../domain/format.ts';
import type { Measure } from '../../../domain/kpi-result.ts';
import { dimensionOf } from '../../../kpis/dimensions.ts';
import type { Measurement } from '../../../kpis/measure.ts';
import { fewCases } from '../../../stats/compare.ts';
import { wilson } from '../../../stats/intervals.ts';
import type { Condition, Look } from '../../condition.ts';
import { measureAll } from '../measuring.ts';
import { lateFor, mayDiffer, topicsOf, watchedQuestion } from '../questions.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { clearMark, mark, marksOf } from './marks.ts';
import { pastOfThreshold } from './past.ts';

type Settings = AlertRuleOf<'kpi-threshold'>;

/** A number of the catalogue below or above a mark, as a whole or for each value of a dimension. */
export const kpiThreshold: AlertRoom<'kpi-threshold'> = {
  kind: 'kpi-threshold',
  title: 'KPI beyond a threshold',
  what: 'A KPI, as a whole or by a dimension, below or above a value.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30, intervalSeconds: 300, repeatSeconds: 4 * 3600 },
    groupBy: [],
  },
  labels: ['kpi', 'team', 'account', 'priority', 'channel', 'campaign', 'operator'],
  everySeconds: 300,
  gapSeconds: 30,
  topics: ({ kpi }) => topicsOf(watchedQuestion(kpi).kpi),
  titleOf(settings) {
    const { kpi, question } = watchedQuestion(settings.kpi);
    const by = question.by ? ` by ${dimensionOf(question.by).title.toLowerCase()}` : '';
    return `${kpi.title}${by} ${marksOf(settings, kpi)}`;
  },
  async look(rules, context) {
    const looks = new Map<number, Look>();
    const read = rules.map((rule) => ({ rule, request: watchedQuestion(rule.settings.kpi) }));
    const asking = read.filter(({ rule, request }) => mayDiffer(rule, context) || lateFor(request.kpi, context));
    for (const { ruleId } of rules) looks.set(ruleId, { kind: 'same' });
    const found = await measureAll(
      asking.map(({ rule: { ruleId, viewer }, request }) => ({ ruleId, viewer, request })),
      context,
    );
    for (const { rule, request } of asking) {
      const measured = found.get(rule.ruleId)!;
      looks.set(
        rule.ruleId,
        measured.kind === 'unknown' ? measured : lookOf(rule, request, measured.measurement, context),
      );
    }
    return looks;
  },
  tell({ settings }, members) {
    const { kpi, words, question } = watchedQuestion(settings.kpi);
    const [first] = members;
    const what = question.by
      ? `${kpi.title} of ${members.length} ${dimensionOf(question.by).title.toLowerCase()}s`
      : kpi.title;
    return {
      stateWord: settings.below === undefined ? 'High' : 'Low',
      headline: members.length === 1 && first ? first.facts.line : what,
      threshold: `${kpi.title} ${marksOf(settings, kpi)}`,
      words,
    };
  },
  past: pastOfThreshold,
};

function lookOf(rule: RuleOf<'kpi-threshold'>, request: KpiRequest, measured: Measurement, context: LookContext): Look {
  const by = request.question.by;
  if (!by && measured.whole.value === null) return { kind: 'unknown', reason: 'there is no number for it' };
  const found: { labels: Record<string, string>; name: string; measure: Measure }[] = by
    ? measured.rows.map((row) => ({
        labels: { [by]: row.key ?? '' },
        name: `${dimensionOf(by).title} ${row.label}`,
        measure: row,
      }))
    : [{ labels: {}, name: '', measure: measured.whole }];
  const conditions = found.flatMap(({ labels, name, measure }) => {
    const status = statusOf(rule.settings, measure);
    return status === 'clear' ? [] : [conditionOf(rule, { labels, name, measure, status, measured, request }, context)];
  });
  return { kind: 'conditions', conditions };
}

/**
 * On which side of the marks a number is. Few cases fire only where chance does not explain it: the whole 95 % interval
 * (Wilson) is beyond the mark.
 */
function statusOf(settings: Settings, { value, numerator, denominator }: Measure): 'firing' | 'between' | 'clear' {
  if (value === null) return 'clear';
  const number = Number(value);
  const sign = settings.below === undefined ? 1 : -1;
  const beyond = (at: number, limit: number) => sign * (at - limit) > 0;
  if (!beyond(number, clearMark(settings))) return 'clear';
  if (!beyond(number, mark(settings))) return 'between';
  const isFew = denominator !== undefined && numerator !== undefined && denominator < fewCases;
  if (!isFew || numerator < 0 || numerator > denominator) return 'firing';
  const { low, high } = wilson(numerator, denominator);
  return beyond(sign > 0 ? low : high, mark(settings)) ? 'firing' : 'between';
}

interface Found {
  labels: Record<string, string>;
  name: string;
  measure: Measure;
  status: 'firing' | 'between';
  measured: Measurement;
  request: KpiRequest;
}

function conditionOf(
  rule: RuleOf<'kpi-threshold'>,
  { labels, name, measure, status, measured, request }: Found,
  { tenant, now }: LookContext,
): Condition {
  const valueText = formatValue(measure.value, measured.unit, shapeOf(measured, tenant.locale));
  const by = request.question.by;
  return {
    ...{ labels, status, severity: rule.policy.importance === 'high' ? 3 : 2, since: now },
    facts: {
      line: `${name === '' ? measured.title : name}: ${valueText} (${daysOf(measured.period)})`,
      rank: Math.abs(Number(measure.value) - mark(rule.settings)),
      value: Number(measure.value),
      valueText,
      words: request.words,
      ...(by ? { names: { [by]: name.slice(dimensionOf(by).title.length + 1) } } : {}),
      extra: { subject: request.kpi.id },
    },
  };
}

/** Dates stay right in a message that is read later; `today` does not. */
function daysOf({ from, to }: Measurement['period']): string {
  return formatDateRange(from, to, { year: false });
}
