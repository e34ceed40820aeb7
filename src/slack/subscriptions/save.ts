import type { SubscribeRequest, SubscribeTo } from '../../answers/subscribe.ts';
import { slackViewer } from '../../db/viewer.ts';
import { changeSubscription, putSubscription, subscriptionOf, subscriptionsOf } from '../../subscriptions/store.ts';
import type { NewSubscription, Subscription } from '../../subscriptions/subscription.ts';
import type { SubscribeDeps, Subscriber } from './deps.ts';
import { placeOf } from './place.ts';

export type Saved =
  | { kind: 'saved'; subscription: Subscription }
  /** The very same goes there at the same time already. */
  | { kind: 'there already'; subscription: Subscription }
  /** It was ended while somebody changed it. */
  | { kind: 'gone' }
  /** In a sentence. */
  | { kind: 'refused'; why: string };

export interface Wish extends Pick<SubscribeRequest, 'what' | 'cadence' | 'at' | 'timezone'> {
  /** Null: where it goes already. */
  to: SubscribeTo | null;
  /** The one that is changed; a new one without it. */
  changes?: Subscription;
}

/** Subscribes, or changes what there is, with all that is to be checked. `here`: the channel it was said in. */
export async function save(wish: Wish, subscriber: Subscriber, here: string, deps: SubscribeDeps): Promise<Saved> {
  const { db, tenant, clock, subscribing } = deps;
  const { what, cadence, at, changes } = wish;
  const placed =
    wish.to === null && changes ? changes : await placeOf(wish.to ?? { kind: 'me' }, subscriber, here, deps);
  if ('refused' in placed) return { kind: 'refused', why: placed.refused };
  const { carrier, recipient, recipientName } = placed;
  const wanted: NewSubscription = {
    ...{ kind: what.kind, subject: what.subject, carrier, recipient, cadence, at },
    ...(recipientName === null ? {} : { recipientName }),
    timezone: wish.timezone ?? subscriber.timezone,
    owner: slackViewer(subscriber.userId),
    ...(changes?.holidays == null ? {} : { holidays: changes.holidays }),
    ...(changes?.locale == null ? {} : { locale: changes.locale }),
  };
  const same = (await subscriptionsOf(db, tenant.tenantId)).find(
    (one) => one.subscriptionId !== changes?.subscriptionId && keyOf(one) === keyOf(wanted),
  );
  if (same) return { kind: 'there already', subscription: same };
  const id = await db.tx(async (tx) => {
    if (!changes) return putSubscription(tx, tenant.tenantId, wanted, clock.now());
    const { subscriptionId } = changes;
    return (await changeSubscription(tx, tenant.tenantId, subscriptionId, wanted, clock.now())) ? subscriptionId : null;
  });
  const subscription = id === null ? undefined : await subscriptionOf(db, tenant.tenantId, id);
  if (!subscription) return { kind: 'gone' };
  subscribing.onChange?.();
  return { kind: 'saved', subscription };
}

function keyOf({ kind, subject, carrier, recipient, cadence, at, timezone }: NewSubscription | Subscription): string {
  return JSON.stringify([kind, subject, carrier, recipient.toLowerCase(), cadence, at, timezone]);
}
