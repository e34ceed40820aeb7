import type { Queryable } from '../../db/db.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import { subscriptionOf } from '../../subscriptions/store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { whenPhrase } from '../../subscriptions/wording.ts';

/** Who gets a digest and when, for its foot: `#leadership, on weekdays at 08:30 (Asia/Jakarta)`. */
export async function readersOf(
  db: Queryable,
  tenantId: number,
  { subscriptionId, recipient }: Pick<Delivery, 'subscriptionId' | 'recipient'>,
): Promise<{ readers?: string }> {
  const subscription = subscriptionId === null ? undefined : await subscriptionOf(db, tenantId, subscriptionId);
  return subscription ? { readers: readersLine(subscription, recipient) } : {};
}

/** The same of a subscription that is at hand. */
export function readersLine(subscription: Subscription, recipient: string): string {
  const { carrier, recipientName } = subscription;
  const isPerson = carrier === 'slack' && /^[UW]/.test(recipient);
  const who = isPerson ? 'for you' : (recipientName ?? (carrier === 'mail' ? `to ${recipient}` : 'for this channel'));
  return `${who}, ${whenPhrase(subscription)}`;
}
