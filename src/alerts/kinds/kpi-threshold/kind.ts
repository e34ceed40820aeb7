import type { KpiRequest } from '../../../answers/parse.ts';
import { leadIn } from '../../../domain/format.ts';
import { countedOf, dimensionOf } from '../../../kpis/dimensions.ts';
import { createCovered, lookByDays, mayDiffer, nextDay } from '../days.ts';
import { createMeasuring, type Watching } from '../measuring.ts';
import { isLate, lookAtEach, topicsOf } from '../questions.ts';
import type { AlertRoom, RuleOf } from '../room.ts';
import { conditionsOf } from './conditions.ts';
import { marksPhrase, markText } from './marks.ts';
import { pastOfThreshold } from './past.ts';
import { isOver, watched } from './question.ts';

/** Between repetitions, of a number that moves on during the day and of one that does not. */
const usualSeconds = 4 * 3600;
const dailySeconds = 24 * 3600;

/** A number of the catalogue below or above a mark, as a whole or for each value of a dimension. */
export const kpiThreshold: AlertRoom<'kpi-threshold'> = {
  kind: 'kpi-threshold',
  title: 'KPI beyond a threshold',
  what: 'A KPI, as a whole or by a dimension, below or above a value.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30, intervalSeconds: 300, repeatSeconds: usualSeconds },
    groupBy: [],
  },
  repeat: {
    secondsOf: (settings) => (isOver(watched(settings).request) ? dailySeconds : usualSeconds),
    note: 'where the question is about days that are over, whose number is another one only tomorrow: 24 h',
  },
  labels: ['kpi', 'team', 'account', 'priority', 'channel', 'campaign', 'operator'],
  everySeconds: 300,
  gapSeconds: 30,
  topics: (settings) => topicsOf(watched(settings).request.kpi),
  titleOf(settings) {
    const { request, marks } = watched(settings);
    const { kpi, question } = request;
    const by = question.by ? ` by ${dimensionOf(question.by).title.toLowerCase()}` : '';
    return `${leadIn(kpi.title)}${by} ${marksPhrase(marks, kpi)}`;
  },
  async look(rules, context) {
    const measure = createMeasuring(rules.flatMap(watchingOf));
    const covered = createCovered(context);
    return lookAtEach(rules, async (rule) => {
      const { request, marks } = watched(rule.settings);
      const reaches = await covered(request.kpi);
      if (!mayDiffer(rule, reaches, context) && !isLate(request.kpi, context))
        return { kind: 'same', nextAt: nextDay(context) };
      return lookByDays(
        rule,
        request,
        {
          covered: reaches,
          ask: (at) => measure(at, numberOf(rule.viewer, request)),
          judge: (result, at) =>
            request.question.by || result.value !== null
              ? conditionsOf(rule, { request, result, marks }, at)
              : { unknown: 'there is no number for it' },
        },
        context,
      );
    });
  },
  tell({ settings }, members) {
    const { request, marks } = watched(settings);
    const { kpi, words, question } = request;
    const [first] = members;
    const what = question.by
      ? `${leadIn(kpi.title)} ${marks.side} ${markText(marks.fire, kpi)} for ${countedOf(question.by, members.length)}`
      : kpi.title;
    return {
      stateWord: marks.side === 'above' ? 'High' : 'Low',
      headline: members.length === 1 && first ? first.facts.line : what,
      threshold: `${leadIn(kpi.title)} ${marksPhrase(marks, kpi)}`,
      words,
    };
  },
  past: pastOfThreshold,
};

function numberOf(viewer: string, { kpi, question }: Pick<KpiRequest, 'kpi' | 'question'>): Watching {
  return { viewer, kpi, question: { ...question, versus: { kind: 'none' }, attention: false } };
}

/** None where its settings mean nothing any more: its look says so. */
function watchingOf({ viewer, settings }: RuleOf<'kpi-threshold'>): Watching[] {
  try {
    return [numberOf(viewer, watched(settings).request)];
  } catch {
    return [];
  }
}
