import { counted, type Entry, listed } from '../lists/entry.ts';
import { type Lists, lookAtLists, pastLists, scheduleOf, whenPhrase } from '../lists/look.ts';
import type { AlertRoom } from '../room.ts';
import { contactSignals } from './query.ts';
import { intentPoints, isFresh, leastScore } from './score.ts';

const lists: Lists = {
  streams: ['contact', 'message'],
  async entries(reader, { account, most }, context) {
    const signals = await contactSignals(reader, account, context);
    const entries = signals.filter(isFresh).map((own): Entry => {
      const points = intentPoints(own);
      return {
        ...{ source: own.source, id: own.id, name: own.name, account: own.account },
        score: points.reduce((sum, one) => sum + one.points, 0),
        reasons: points.toSorted((a, b) => b.points - a.points).map(({ reason }) => reason),
      };
    });
    return listed(entries, { least: leastScore, most });
  },
};

/** Contacts that may want to buy, from time to time, each with its reasons. */
export const highIntent: AlertRoom<'high-intent'> = {
  kind: 'high-intent',
  title: 'Contacts that may buy',
  what: 'A list, from time to time, of contacts that replied to a campaign, write often, or have an opportunity that moves.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 0, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: null },
    groupBy: ['list'],
  },
  labels: ['list'],
  everySeconds: 3600,
  gapSeconds: 3600,
  topics: () => [],
  titleOf({ when }) {
    scheduleOf(when, 'UTC');
    return 'Contacts that may buy';
  },
  look: (rules, context) => lookAtLists(lists, rules, context),
  tell({ settings }, members) {
    const count = members.reduce((sum, { facts }) => sum + (facts.lines?.length ?? 1), 0);
    return {
      ...{ stateWord: 'High intent', endWord: 'Past list', quietEnd: true, most: settings.most },
      headline: counted(count, 'contact'),
      threshold: `a list ${whenPhrase(settings.when)}, ${leastScore} points or more`,
      words: 'funnel 30d',
    };
  },
  past: (rule, period, context) => pastLists(lists, rule, period, context),
};
