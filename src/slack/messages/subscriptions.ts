import type { Button, KnownBlock } from '@slack/types';
import { type NextTime, nextTimeLine } from '../../subscriptions/next-times.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { Trouble } from '../../subscriptions/troubles.ts';
import { statePhrase, titleOf, whenPhrase } from '../../subscriptions/wording.ts';
import { actionIds } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  header,
  type Message,
  message,
  type Piece,
  paragraph,
  plainText,
  richLine,
  richList,
} from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { oneLine, userIdOf } from '../text.ts';
import { exampleLine } from './suggestions.ts';

/** One subscription as its lists show it. */
export interface SubscriptionView {
  subscription: Subscription;
  /** The next time it is sent; undefined for one that rests, or has no further time. */
  next: NextTime | undefined;
}

/** As many as fit into a message and stay readable; Home has room for as many besides its numbers. */
const mostShown = 10;
/** Longest stretch of a reason or an address that is shown; a log has it whole. */
const longestReason = 200;

/** What was subscribed to or changed, with its next times. */
export function subscribedMessage(
  said: 'Subscribed' | 'Changed' | 'You have this already',
  subscription: Subscription,
  times: readonly NextTime[],
): Message {
  return message(`${said}: ${titleOf(subscription)}, ${whenPhrase(subscription)}`, [
    header(said),
    lineBlock(subscription),
    ...nextBlocks(times, 'Next:'),
    context(footOf(subscription)),
    ...actions(buttonsOf(subscription, ['change', 'next', 'end'])),
  ]);
}

function footOf({ subscriptionId }: Subscription): string {
  return `Subscription ${subscriptionId} · shows what whoever reads it may see at that time`;
}

/** Lists with their buttons; `all` for administrators. */
export function subscriptionsMessage(views: readonly SubscriptionView[], all: boolean): Message {
  const title = all ? 'All subscriptions' : 'What you get';
  return message(`${title}: ${views.length}`, [
    header(title),
    ...subscriptionBlocks(views),
    ...actions([
      button('New subscription', actionIds.subscribe, 'new'),
      button('My digest', actionIds.digestSettings, 'open'),
    ]),
  ]);
}

/** Also on Home. */
export function subscriptionBlocks(views: readonly SubscriptionView[]): KnownBlock[] {
  if (views.length === 0) {
    return [
      paragraph('Nothing yet. A number, the morning digest or the weekly report can come by itself.'),
      exampleLine('For example: ', 'subscribe digest weekdays at 08:30', 'subscribe sla 7d daily at 09:00'),
    ];
  }
  const more = views.length - mostShown;
  return [
    ...views
      .slice(0, mostShown)
      .flatMap(({ subscription, next }, index): KnownBlock[] => [
        ...(index === 0 ? [] : [{ type: 'divider' as const }]),
        lineBlock(subscription),
        context(
          [
            `Number ${subscription.subscriptionId}`,
            ...(subscription.state === 'active' ? [] : [clip(statePhrase(subscription), longestReason)]),
            ...(next ? [`next ${nextTimeLine(next)}`] : []),
            ...(subscription.name === null ? [] : ['from crema.yaml']),
          ].join(' · '),
        ),
        ...actions(
          buttonsOf(subscription, ['change', subscription.state === 'paused' ? 'resume' : 'pause', 'next', 'end']),
          `sub ${subscription.subscriptionId}`,
        ),
      ]),
    ...(more > 0 ? [context(`and ${more} more: crema subscriptions lists all of them`)] : []),
  ];
}

/** `Weekly report every Monday at 08:00 (Asia/Jakarta) to #leadership` */
function lineBlock(subscription: Subscription): KnownBlock {
  const { kind } = subscription;
  const title = shortTitle(subscription);
  return richLine(
    kind === 'kpi' ? { code: title } : { bold: title },
    `  ${whenPhrase(subscription)}, to `,
    placePiece(subscription),
  );
}

/** A question may be long; its beginning tells which one it is. */
function shortTitle(subscription: Subscription): string {
  return clip(oneLine(titleOf(subscription)), limits.header);
}

function placePiece({ carrier, recipient }: Subscription): Piece {
  if (carrier === 'mail') return clip(oneLine(recipient), longestReason);
  const user = userIdOf(recipient);
  return user === undefined ? { channel: recipient } : { user };
}

type Deed = 'change' | 'pause' | 'resume' | 'next' | 'end';

const deeds = {
  change: ['Change', actionIds.subscribe],
  pause: ['Pause', actionIds.pause],
  resume: ['Resume', actionIds.resume],
  next: ['Next times', actionIds.nextTimes],
  end: ['Unsubscribe', actionIds.unsubscribe],
} as const satisfies Record<Deed, readonly [text: string, actionId: string]>;

function buttonsOf(subscription: Subscription, which: readonly Deed[]): (Button | undefined)[] {
  const { subscriptionId, name } = subscription;
  return which.map((deed) => {
    // What crema.yaml says is changed there.
    if (deed === 'change' && name !== null) return undefined;
    const [text, actionId] = deeds[deed];
    const made = button(text, actionId, String(subscriptionId));
    if (!made) return undefined;
    const labelled = {
      ...made,
      accessibility_label: clip(oneLine(`${text}: ${titleOf(subscription)}`), limits.buttonText),
    };
    return deed === 'end' ? { ...labelled, confirm: confirmEnd(subscription) } : labelled;
  });
}

function confirmEnd(subscription: Subscription) {
  return {
    title: plainText('Unsubscribe?', 100),
    text: plainText(`${shortTitle(subscription)}, ${whenPhrase(subscription)}, will not be sent any more.`, 300),
    confirm: plainText('Unsubscribe', 30),
    deny: plainText('Keep it', 30),
    style: 'danger' as const,
  };
}

export function nextBlocks(times: readonly NextTime[], label: string): KnownBlock[] {
  if (times.length === 0) return [paragraph('There is no further time within four years.')];
  return [richLine(label), richList(times.map((time): Piece[] => [nextTimeLine(time)]))];
}

export function nextTimesMessage(subscription: Subscription, times: readonly NextTime[]): Message {
  return message(`The next times of ${titleOf(subscription)}`, nextTimesBlocks(subscription, times));
}

export function nextTimesBlocks(subscription: Subscription, times: readonly NextTime[]): KnownBlock[] {
  const rests =
    subscription.state === 'active' ? [] : [paragraph(`It is not sent now; it is ${statePhrase(subscription)}.`)];
  return [
    lineBlock(subscription),
    ...rests,
    ...nextBlocks(times, 'Next times:'),
    context(`Times of ${subscription.timezone}`),
  ];
}

/** What was done to a subscription, or why not, with the way on. */
export function deedMessage(said: string, subscription?: Subscription): Message {
  const which: readonly Deed[] =
    subscription?.state === 'active' ? ['next', 'pause'] : subscription?.state === 'paused' ? ['resume', 'end'] : [];
  return message(said, [
    paragraph(said),
    ...actions([
      ...(subscription ? buttonsOf(subscription, which) : []),
      button('What I get', actionIds.subscriptions, 'mine'),
    ]),
  ]);
}

/** Why somebody is not subscribed; the form helps on. */
export function notSubscribedMessage(why: string): Message {
  return message(`Not subscribed: ${why}`, [
    paragraph(`Not subscribed: ${why}`),
    ...actions([button('Open the form', actionIds.subscribe, 'new')]),
  ]);
}

/** Said where no form can be opened: in a message instead of a command. */
export function howToSubscribeMessage(): Message {
  return message('What shall come by itself, when, and where to?', [
    paragraph('What shall come by itself, when, and where to?'),
    exampleLine('For example: ', 'subscribe digest weekdays at 08:30'),
    exampleLine('Or: ', 'subscribe report weekly mon at 08:00 in #leadership'),
    ...actions([button('Open the form', actionIds.subscribe, 'new')]),
  ]);
}

/** To the owner, or whoever looks after it: what happened and how to go on. */
export function troubleMessage({ kind, subscription, reason, slot }: Trouble): Message {
  const title = shortTitle(subscription);
  const said = kind === 'paused' ? `${title} rests: ${reason}.` : `${title} of ${slot} was not delivered: ${reason}.`;
  const wayOn =
    kind === 'paused'
      ? 'Nothing of its settings is lost. Mend that, or change where it goes, and take it up again: it goes on from then.'
      : 'The next one comes at its time.';
  const which: readonly Deed[] = kind === 'paused' ? ['resume', 'change', 'end'] : ['next'];
  return message(said, [
    paragraph(said),
    lineBlock(subscription),
    paragraph(wayOn),
    context(`Subscription ${subscription.subscriptionId}`),
    ...actions(buttonsOf(subscription, which)),
  ]);
}
