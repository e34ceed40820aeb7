import type { KpiRequest } from '../../../answers/parse.ts';
import type { KpiResult } from '../../../domain/kpi-result.ts';
import { dimensionOf } from '../../../kpis/dimensions.ts';
import type { Look } from '../../condition.ts';
import { createAsking, mayDiffer, topicsOf } from '../questions.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { conditionsOf } from './conditions.ts';
import { marksPhrase } from './marks.ts';
import { pastOfThreshold } from './past.ts';
import { type Watched, watched } from './question.ts';

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
  topics: (settings) => topicsOf(watched(settings).request.kpi),
  titleOf(settings) {
    const { request, marks } = watched(settings);
    const { kpi, question } = request;
    const by = question.by ? ` by ${dimensionOf(question.by).title.toLowerCase()}` : '';
    return `${kpi.title}${by} ${marksPhrase(marks, kpi)}`;
  },
  async look(rules, context) {
    const ask = createAsking(context);
    const looks = new Map<number, Look>();
    for (const rule of rules) {
      const own = watched(rule.settings);
      const { request } = own;
      if (!mayDiffer(rule, context) && !isLate(request, context)) {
        looks.set(rule.ruleId, { kind: 'same' });
        continue;
      }
      const plain = { ...request.question, versus: { kind: 'none' }, attention: false } as const;
      const asked = await ask(rule.viewer, request.kpi, plain);
      looks.set(rule.ruleId, asked.kind === 'unknown' ? asked : lookOf(rule, own, asked.result, context));
    }
    return looks;
  },
  tell({ settings }, members) {
    const { request, marks } = watched(settings);
    const { kpi, words, question } = request;
    const [first] = members;
    const what = question.by
      ? `${kpi.title} of ${members.length} ${dimensionOf(question.by).title.toLowerCase()}s`
      : kpi.title;
    return {
      stateWord: marks.side === 'above' ? 'High' : 'Low',
      headline: members.length === 1 && first ? first.facts.line : what,
      threshold: `${kpi.title} ${marksPhrase(marks, kpi)}`,
      words,
    };
  },
  past: pastOfThreshold,
};

function isLate({ kpi }: KpiRequest, { lateStreams }: LookContext): boolean {
  return lateStreams.some(({ stream }) => (kpi.streams as readonly string[]).includes(stream));
}

function lookOf(
  rule: RuleOf<'kpi-threshold'>,
  { request, marks }: Watched,
  result: KpiResult,
  context: LookContext,
): Look {
  if (!request.question.by && result.value === null) return { kind: 'unknown', reason: 'there is no number for it' };
  return { kind: 'conditions', conditions: conditionsOf(rule, { request, result, marks }, context) };
}
