import type { KnownBlock } from '@slack/types';
import { accessPhrase } from '../../answers/access.ts';
import type { Person } from '../../answers/people.ts';
import { asOfPhrase } from '../../answers/wording.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { actionIds } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  header,
  type Message,
  message,
  mrkdwn,
  type Piece,
  paragraph,
  richLine,
  richList,
} from '../blocks.ts';
import { oneLine } from '../text.ts';
import { type AlertsView, homeAlertBlocks } from './alerts.ts';
import { fieldBlocks } from './overview.ts';
import { type SubscriptionView, subscriptionBlocks } from './subscriptions.ts';
import { dateMark, footBlock, staleBlocks } from './value.ts';

export interface HomeView {
  person: Person;
  /** The headline numbers, with this person's rights. */
  results: readonly KpiResult[];
  /** What this person gets by itself, and what they have made for others. */
  subscriptions: readonly SubscriptionView[];
  /** What is open and this person may see, and their rules. */
  alerts: AlertsView;
  /** What came of a button that was pressed here. */
  notice?: string;
  now: Temporal.Instant;
  locale: string;
}

const ways: readonly (readonly [words: string, meaning: string])[] = [
  ['/kpi sla-reported 30d by priority', 'in any conversation; only you see the answer'],
  ['@Crema tickets 7d', 'in a channel I am in; only you see the answer'],
  ['backlog table', 'as a message to me, in the Messages tab'],
  ['/kpi list', 'every KPI there is'],
  ['/kpi subscribe', 'a number, a digest or a report that comes by itself'],
  ['/kpi alert', 'tells you when a number is beyond a mark'],
];

/** One person's Home: numbers first, then what they may see and why, how fresh it is, and how to ask. */
export function homeMessage({ person, results, subscriptions, alerts, notice, now, locale }: HomeView): Message {
  return message('Your numbers', [
    ...(notice === undefined ? [] : [paragraph(notice)]),
    header('Your numbers'),
    ...numberBlocks(results, locale),
    ...homeAlertBlocks(alerts),
    header('What you get'),
    ...subscriptionBlocks(subscriptions),
    ...actions([
      button('New subscription', actionIds.subscribe, 'new'),
      button('My digest', actionIds.digestSettings, 'open'),
    ]),
    header('What you see'),
    paragraph(accessPhrase(person)),
    header('How fresh it is'),
    ...freshnessBlocks(results, locale),
    header('How to ask'),
    richList(ways.map(([words, meaning]): Piece[] => [{ code: words }, `  ${meaning}`])),
    context(mrkdwn(`Updated ${dateMark(now, now.toString())}; opening this tab updates it.`)),
  ]);
}

function numberBlocks(results: readonly KpiResult[], locale: string): KnownBlock[] {
  const [first] = results;
  if (!first)
    return [paragraph('There are no numbers for you yet: nothing has been loaded, or nothing that you may see.')];
  return [
    ...staleBlocks(results.find((result) => result.freshness.stale) ?? first, locale),
    ...fieldBlocks(results, locale),
    footBlock(first, locale),
  ];
}

/** One line for each stream of each source that the numbers rest on. */
function freshnessBlocks(results: readonly KpiResult[], locale: string): KnownBlock[] {
  const streams = new Map(
    results.flatMap((result) =>
      result.freshness.sources.map(({ source, stream, asOf }) => {
        const phrase = asOfPhrase({ ...result, freshness: { ...result.freshness, asOf } }, locale);
        return [`${source} · ${stream}`, asOf ? `${phrase} (${result.period.timezone})` : phrase] as const;
      }),
    ),
  );
  if (streams.size === 0) return [paragraph('Nothing has been loaded yet.')];
  const pending = Math.max(0, ...results.map((result) => result.freshness.pending));
  return [
    richList([...streams].map(([name, phrase]): Piece[] => [{ bold: oneLine(name) }, `  ${phrase}`])),
    ...(pending > 0
      ? [richLine(`${pending} ${pending === 1 ? 'change is' : 'changes are'} still being counted.`)]
      : []),
  ];
}
