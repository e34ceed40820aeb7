import { counted, type Entry, listed } from '../lists/entry.ts';
import { type Lists, lookAtLists, pastLists, scheduleOf, whenPhrase } from '../lists/look.ts';
import type { AlertRoom } from '../room.ts';
import { contactSignals } from './query.ts';
import { churnPoints, leastScore } from './score.ts';

const lists: Lists = {
  streams: ['contact', 'message'],
  async entries(reader, { account, most }, context) {
    const signals = await contactSignals(reader, account, context);
    const entries = signals.map((own): Entry => {
      const points = churnPoints(own);
      return {
        ...{ source: own.source, id: own.id, name: own.name, account: own.account },
        score: points.reduce((sum, one) => sum + one.points, 0),
        reasons: points.toSorted((a, b) => b.points - a.points).map(({ reason }) => reason),
      };
    });
    return listed(entries, { least: leastScore, most });
  },
};

/** Contacts that may leave, from time to time, each with its reasons. */
export const churnRisk: AlertRoom<'churn-risk'> = {
  kind: 'churn-risk',
  title: 'Contacts that may leave',
  what: 'A list, from time to time, of contacts silent beyond their own habit, with open or bad tickets, or with low ratings.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 0, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: null },
    groupBy: ['list'],
  },
  labels: ['list'],
  everySeconds: 3600,
  gapSeconds: 3600,
  // A list is made at its time, whatever changes in between.
  topics: () => [],
  titleOf({ when }) {
    scheduleOf(when, 'UTC');
    return 'Contacts that may leave';
  },
  look: (rules, context) => lookAtLists(lists, rules, context),
  tell({ settings }, members) {
    const count = members.reduce((sum, { facts }) => sum + (facts.lines?.length ?? 1), 0);
    return {
      ...{ stateWord: 'At risk', endWord: 'Past list', quietEnd: true, most: settings.most },
      headline: `${counted(count, 'contact')} may leave`,
      threshold: `a list ${whenPhrase(settings.when)}, ${leastScore} points or more`,
      words: 'churn 30d',
    };
  },
  past: (rule, period, context) => pastLists(lists, rule, period, context),
};
