import { subscriptionOf } from '../../subscriptions/store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { askerOf, type Exchange } from '../ask.ts';
import type { Message } from '../blocks.ts';
import { subscribedMessage } from '../messages/subscriptions.ts';
import { mayManage, type SubscribeDeps, type Subscriber, subscriberOf, upcoming } from './deps.ts';

/** Times shown with a confirmation. */
export const fewTimes = 3;

/** Shows the Home anew after something was done on it; absent where the deed was done elsewhere. */
export type ShowHome = (exchange: Exchange, notice?: string) => Promise<void>;

/** Who it is, when they may ask at all; else they have been told why not. */
export async function knownSubscriber(exchange: Exchange, deps: SubscribeDeps): Promise<Subscriber | null> {
  const person = await askerOf(exchange, deps);
  return person && subscriberOf(exchange.incoming.userId, person, deps);
}

export async function confirmation(
  subscription: Subscription,
  said: Parameters<typeof subscribedMessage>[0],
  deps: SubscribeDeps,
): Promise<Message> {
  return subscribedMessage(said, subscription, await upcoming(subscription, fewTimes, deps));
}

/** One that this person may look after, or a sentence that says why not. */
export async function findOwn(
  id: number,
  subscriber: Subscriber,
  deps: SubscribeDeps,
): Promise<Subscription | { refused: string }> {
  const subscription = Number.isSafeInteger(id) ? await subscriptionOf(deps.db, deps.tenant.tenantId, id) : undefined;
  // Whether there is one of that number is nobody else's business.
  if (!subscription || !mayManage(subscriber, subscription))
    return {
      refused: `There is no subscription ${Number.isSafeInteger(id) ? id : ''} of yours. Its owner, its reader or an administrator can change it.`,
    };
  if (subscription.state === 'ended')
    return { refused: `Subscription ${id} has ended. Subscribe anew: /kpi subscribe` };
  return subscription;
}
