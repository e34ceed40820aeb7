import type { KpiRequest } from '../../../answers/parse.ts';
import { shapeOf } from '../../../answers/wording.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatDateRange, formatValue } from '../../../domain/format.ts';
import type { KpiResult, Measure } from '../../../domain/kpi-result.ts';
import { dimensionOf } from '../../../kpis/dimensions.ts';
import { fewCases } from '../../../stats/compare.ts';
import { wilson } from '../../../stats/intervals.ts';
import type { Condition, Look } from '../../condition.ts';
import { createAsking, mayDiffer, topicsOf, watchedQuestion } from '../questions.ts';
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
    const ask = createAsking(context);
    const looks = new Map<number, Look>();
    for (const rule of rules) {
      const request = watchedQuestion(rule.settings.kpi);
      if (!mayDiffer(rule, context) && !isLate(request, context)) {
        looks.set(rule.ruleId, { kind: 'same' });
        continue;
      }
      const plain = { ...request.question, versus: { kind: 'none' }, attention: false } as const;
      const asked = await ask(rule.viewer, request.kpi, plain);
      looks.set(rule.ruleId, asked.kind === 'unknown' ? asked : lookOf(rule, request, asked.result, context));
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

function isLate({ kpi }: KpiRequest, { lateStreams }: LookContext): boolean {
  return lateStreams.some(({ stream }) => (kpi.streams as readonly string[]).includes(stream));
}

function lookOf(rule: RuleOf<'kpi-threshold'>, request: KpiRequest, result: KpiResult, context: LookContext): Look {
  const by = request.question.by;
  if (!by && result.value === null) return { kind: 'unknown', reason: 'there is no number for it' };
  const measured: { labels: Record<string, string>; name: string; measure: Measure }[] = by
    ? (result.breakdown?.rows ?? []).map((row) => ({
        labels: { [by]: row.key ?? '' },
        name: `${dimensionOf(by).title} ${row.label}`,
        measure: row,
      }))
    : [{ labels: {}, name: '', measure: result }];
  const conditions = measured.flatMap(({ labels, name, measure }) => {
    const status = statusOf(rule.settings, measure);
    return status === 'clear' ? [] : [conditionOf(rule, { labels, name, measure, status, result, request }, context)];
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
  result: KpiResult;
  request: KpiRequest;
}

function conditionOf(
  rule: RuleOf<'kpi-threshold'>,
  { labels, name, measure, status, result, request }: Found,
  { tenant, now }: LookContext,
): Condition {
  const valueText = formatValue(measure.value, result.unit, shapeOf(result, tenant.locale));
  const by = request.question.by;
  return {
    ...{ labels, status, severity: rule.policy.importance === 'high' ? 3 : 2, since: now },
    facts: {
      line: `${name === '' ? result.title : name}: ${valueText} (${daysOf(result.period)})`,
      rank: Math.abs(Number(measure.value) - mark(rule.settings)),
      value: Number(measure.value),
      valueText,
      words: request.words,
      ...(by ? { names: { [by]: name.slice(dimensionOf(by).title.length + 1) } } : {}),
      extra: { subject: `${result.kpi}` },
    },
  };
}

/** Dates stay right in a message that is read later; `today` does not. */
function daysOf({ from, to }: KpiResult['period']): string {
  return formatDateRange(from, to, { year: false });
}
