import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatTarget, leadIn } from '../../../domain/format.ts';
import { countedOf, dimensionOf } from '../../../kpis/dimensions.ts';
import { createCovered, lookByDays, mayDiffer, nextDay } from '../days.ts';
import { createAsking, isLate, lookAtEach, topicsOf } from '../questions.ts';
import type { AlertRoom, Member } from '../room.ts';
import { changesOf } from './conditions.ts';
import { pastOfChange } from './past.ts';
import { baselineWeeks, changing } from './question.ts';

/** A number that differs from before by more than chance, and by enough to matter. */
export const kpiChange: AlertRoom<'kpi-change'> = {
  kind: 'kpi-change',
  title: 'KPI has changed',
  what: 'A KPI, as a whole or by a dimension, that differs from before or from what is usual, by more than chance.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30, intervalSeconds: 300, repeatSeconds: null },
    groupBy: [],
  },
  labels: ['kpi', 'team', 'account', 'priority', 'channel', 'campaign', 'operator'],
  everySeconds: 900,
  gapSeconds: 60,
  topics: (settings) => topicsOf(changing(settings).kpi),
  titleOf(settings) {
    const { kpi, question } = changing(settings);
    const by = question.by ? ` by ${dimensionOf(question.by).title.toLowerCase()}` : '';
    return `${leadIn(kpi.title)}${by} ${phraseOf(settings)}`;
  },
  async look(rules, context) {
    const ask = createAsking();
    const covered = createCovered(context);
    return lookAtEach(rules, async (rule) => {
      const request = changing(rule.settings);
      const { kpi, question } = request;
      const reaches = await covered(kpi);
      if (!mayDiffer(rule, reaches, context) && !isLate(kpi, context))
        return { kind: 'same', nextAt: nextDay(context) };
      const plain = { ...question, versus: { kind: 'none' }, attention: false } as const;
      const deps = {
        covered: reaches,
        ask: (at: typeof context) => ask(at, rule.viewer, kpi, plain),
        judge: (result: Parameters<typeof changesOf>[2], at: typeof context) =>
          changesOf(rule, request, result, { ask, known: context }, at),
      };
      return lookByDays(rule, request, deps, context);
    });
  },
  tell({ settings }, members) {
    const { kpi, words, question } = changing(settings);
    const [first] = members;
    const what = question.by ? `${leadIn(kpi.title)} for ${countedOf(question.by, members.length)}` : kpi.title;
    return {
      stateWord: stateWord(settings, members),
      headline: members.length === 1 && first ? first.facts.line : what,
      threshold: `${leadIn(kpi.title)} ${phraseOf(settings)}`,
      words,
    };
  },
  past: pastOfChange,
};

/** `worse by 10 % or more than what is usual` */
function phraseOf({ against, direction, least }: AlertRuleOf<'kpi-change'>): string {
  const way = direction === 'any' ? 'changed' : direction;
  const share = formatTarget(least, 'ratio');
  const than = against === 'baseline' ? `the usual of ${baselineWeeks} weeks` : 'before';
  return `${way} by ${share} or more against ${than}, beyond chance`;
}

function stateWord({ against }: AlertRuleOf<'kpi-change'>, members: readonly Member[]): string {
  const ways = new Set(members.map(({ facts }) => facts.extra?.change));
  if (ways.size !== 1) return 'Changed';
  const isUp = ways.has(1);
  if (against === 'baseline') return isUp ? 'Above usual' : 'Below usual';
  return isUp ? 'Up' : 'Down';
}
