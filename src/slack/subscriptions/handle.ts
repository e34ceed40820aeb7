import { nameOf } from '../../answers/access.ts';
import { parseSubscribe } from '../../answers/subscribe.ts';
import { splitWords } from '../../answers/words.ts';
import { setState, subscriptionOf, subscriptionsFor, subscriptionsOf } from '../../subscriptions/store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { titleOf } from '../../subscriptions/wording.ts';
import type { Exchange } from '../ask.ts';
import { modal } from '../messages/forms.ts';
import { commandMisunderstoodMessage } from '../messages/misunderstood.ts';
import {
  deedMessage,
  howToSubscribeMessage,
  nextTimesBlocks,
  nextTimesMessage,
  notSubscribedMessage,
  type SubscriptionView,
  subscriptionsMessage,
} from '../messages/subscriptions.ts';
import { identitiesOf, isAdministrator, type SubscribeDeps, type Subscriber, upcoming } from './deps.ts';
import { openForm } from './form.ts';
import { confirmation, findOwn, knownSubscriber, type ShowHome } from './own.ts';
import { save } from './save.ts';

/** Times shown behind the button. */
const manyTimes = 10;

/** Whether words are about subscriptions rather than a question. */
export function isAboutSubscriptions(words: string): boolean {
  return /^(subscribe|subscriptions|unsubscribe)(\s|$)/i.test(words.trim());
}

/** `subscribe ...`, `subscriptions [all]`, `unsubscribe N`, from a command, a mention, a message or a button. */
export async function aboutSubscriptions(words: string, exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const [deed = '', ...rest] = splitWords(words);
  const name = deed.toLowerCase();
  // A form has to be opened within three seconds: before anything is looked up.
  if (name === 'subscribe' && rest.length === 0 && exchange.incoming.triggerId !== undefined)
    return openForm(exchange, deps);
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  if (name === 'subscribe') return subscribe(rest, subscriber, exchange, deps);
  if (name === 'subscriptions') return list(rest[0]?.toLowerCase() !== 'mine', subscriber, exchange, deps);
  const id = Number(rest[0]?.replace(/^#/, ''));
  if (!Number.isSafeInteger(id) || id <= 0) {
    await list(false, subscriber, exchange, deps);
    return;
  }
  const { said, subscription } = await done('end', id, subscriber, deps);
  await exchange.reply.post(deedMessage(said, subscription));
}

async function subscribe(
  words: readonly string[],
  subscriber: Subscriber,
  { incoming, reply }: Exchange,
  deps: SubscribeDeps,
): Promise<void> {
  if (words.length === 0) {
    await reply.post(howToSubscribeMessage());
    return;
  }
  const request = parseSubscribe(words, deps.subscribing.templates());
  if (request.kind === 'subscribe-misunderstood') {
    await reply.post(commandMisunderstoodMessage(request, 'subscribe'));
    return;
  }
  const saved = await save(request, subscriber, incoming.channelId, deps);
  if (saved.kind === 'refused' || saved.kind === 'gone') {
    await reply.post(notSubscribedMessage(saved.kind === 'gone' ? 'it has ended.' : saved.why));
    return;
  }
  await reply.post(
    await confirmation(saved.subscription, saved.kind === 'saved' ? 'Subscribed' : 'You have this already', deps),
  );
}

/** What somebody gets and has made; all there is for an administrator who asks for it. */
export async function viewsFor(subscriber: Subscriber, all: boolean, deps: SubscribeDeps): Promise<SubscriptionView[]> {
  const { db, tenant } = deps;
  const subscriptions = all
    ? await subscriptionsOf(db, tenant.tenantId)
    : await subscriptionsFor(db, tenant.tenantId, identitiesOf(subscriber));
  return Promise.all(
    subscriptions.map(async (subscription) => {
      if (subscription.state !== 'active') return { subscription, next: undefined };
      const times = await upcoming(subscription, 1, deps);
      return { subscription, next: times.find(({ at }) => at !== null) };
    }),
  );
}

async function list(all: boolean, subscriber: Subscriber, { reply }: Exchange, deps: SubscribeDeps): Promise<void> {
  const isAll = all && isAdministrator(subscriber);
  await reply.post(subscriptionsMessage(await viewsFor(subscriber, isAll, deps), isAll));
}

export type Deed = 'pause' | 'resume' | 'end';

/** A button of one subscription, in a message or on Home. */
export async function press(deed: Deed, exchange: Exchange, deps: SubscribeDeps, showHome: ShowHome): Promise<void> {
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  const { said, subscription } = await done(deed, Number(exchange.incoming.words), subscriber, deps);
  if (exchange.incoming.view?.type === 'home') await showHome(exchange, said);
  else await exchange.reply.post(deedMessage(said, subscription), { keepOriginal: true });
}

interface Done {
  said: string;
  /** As it is now; absent where it is none of theirs. */
  subscription?: Subscription;
}

async function done(deed: Deed, id: number, subscriber: Subscriber, deps: SubscribeDeps): Promise<Done> {
  const { db, tenant, clock, subscribing } = deps;
  const subscription = await findOwn(id, subscriber, deps);
  if ('refused' in subscription) return { said: subscription.refused };
  const by = nameOf(subscriber.person);
  const wanted = {
    pause: { state: 'paused', reason: `paused by ${by}` },
    resume: { state: 'active', reason: null },
    end: { state: 'ended', reason: `ended by ${by}` },
  } as const;
  const changed = await db.tx((tx) => setState(tx, tenant.tenantId, id, { ...wanted[deed], now: clock.now() }));
  const now = await subscriptionOf(db, tenant.tenantId, id);
  if (changed && deed === 'resume') subscribing.onChange?.();
  const title = `${titleOf(subscription)} (subscription ${id})`;
  const said = {
    pause: changed ? `${title} rests until you resume it.` : `${title} rests already.`,
    resume: changed ? `${title} goes on from now.` : `${title} is active.`,
    end: changed ? `${title} is not sent any more.` : `${title} had ended already.`,
  };
  return { said: said[deed], ...(now ? { subscription: now } : {}) };
}

/** Ten times with what clocks and holidays do: a message, or a modal where it was asked for on Home. */
export async function showNextTimes(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const { incoming, reply } = exchange;
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  const subscription = await findOwn(Number(incoming.words), subscriber, deps);
  const isHome = incoming.view !== undefined && incoming.triggerId !== undefined;
  if ('refused' in subscription) {
    if (!isHome) await reply.post(deedMessage(subscription.refused), { keepOriginal: true });
    return;
  }
  const times = await upcoming(subscription, manyTimes, deps);
  if (!isHome) {
    await reply.post(nextTimesMessage(subscription, times), { keepOriginal: true });
    return;
  }
  const view = modal({ title: 'Next times', blocks: nextTimesBlocks(subscription, times) });
  await deps.client.views.open({ trigger_id: incoming.triggerId ?? '', view });
}

export async function showMine(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const subscriber = await knownSubscriber(exchange, deps);
  if (subscriber) await list(false, subscriber, exchange, deps);
}
