import type { WebClient } from '@slack/web-api';
import type { Person } from '../../answers/people.ts';
import type { Templates } from '../../answers/subscribe.ts';
import { slackViewer } from '../../db/viewer.ts';
import { slotsWritten } from '../../deliveries/withdraw.ts';
import type { Log } from '../../lib/log.ts';
import type { Holidays } from '../../subscriptions/holidays.ts';
import { type NextTime, nextTimes } from '../../subscriptions/next-times.ts';
import { scheduleOf } from '../../subscriptions/plan.ts';
import { preferencesOf } from '../../subscriptions/preferences.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { AskDeps } from '../ask.ts';
import type { Incoming } from '../incoming.ts';
import type { Profiles } from '../profiles.ts';
import type { Reply } from '../reply.ts';

/** What subscribing needs of the rest of the product. */
export interface Subscribing {
  /** Names of the digests and reports there are; the first of each is the usual one. */
  templates: () => Templates;
  holidays: Holidays;
  /** Says why no mail may go to an address: no mail server, a domain that is not allowed. Undefined where it may. */
  mailRefusal: (address: string) => string | undefined;
  /** Something was subscribed to, changed or taken up: what is due may be due now. */
  onChange?: () => void;
}

export interface SubscribeDeps extends AskDeps {
  client: Pick<WebClient, 'chat' | 'conversations' | 'users' | 'views'>;
  profiles: Pick<Profiles, 'check' | 'changed'>;
  botUserId: () => string | undefined;
  subscribing: Subscribing;
  /** A way to somebody who sent a form: forms themselves only answer in their place. */
  replyTo: (incoming: Incoming, log: Log) => Reply;
}

/** Somebody who subscribes or looks after subscriptions. */
export interface Subscriber {
  userId: string;
  person: Person;
  /** Of the profile in Slack; null where Slack does not say. */
  email: string | null;
  /** What they have chosen, else that of their profile, else the tenant's. */
  timezone: string;
}

export async function subscriberOf(userId: string, person: Person, deps: SubscribeDeps): Promise<Subscriber> {
  const { db, tenant } = deps;
  const [profile, preferences] = await Promise.all([
    deps.profiles.check(userId),
    preferencesOf(db, tenant.tenantId, person.viewer),
  ]);
  const known = profile.kind === 'known' ? profile : { email: null, timezone: null };
  return { userId, person, email: known.email, timezone: preferences.timezone ?? known.timezone ?? tenant.timezone };
}

/** Admins, owners and executives look after everybody's. */
export function isAdministrator({ person }: Subscriber): boolean {
  return person.rights.all;
}

/** As whom subscriptions know a person: what they made, and where they get something. */
export function identitiesOf({ userId, person, email }: Subscriber): { owners: string[]; recipients: string[] } {
  return { owners: [slackViewer(userId), person.viewer], recipients: [userId, ...(email === null ? [] : [email])] };
}

/** Whether somebody may change, rest or end a subscription: their own, what they get, or any for administrators. */
export function mayManage(subscriber: Subscriber, { owner, recipient }: Subscription): boolean {
  const { owners, recipients } = identitiesOf(subscriber);
  return (
    isAdministrator(subscriber) ||
    (owner !== null && owners.includes(owner)) ||
    recipients.some((own) => own.toLowerCase() === recipient.toLowerCase())
  );
}

/** The next times of a subscription, without those that were sent before it was changed. */
export async function upcoming(subscription: Subscription, count: number, deps: SubscribeDeps): Promise<NextTime[]> {
  const now = deps.clock.now();
  const today = now.toZonedDateTimeISO(subscription.timezone).toPlainDate().subtract({ days: 1 }).toString();
  const { tenantId, subscriptionId } = subscription;
  const written = await slotsWritten(deps.db, tenantId, subscriptionId, today);
  return nextTimes(scheduleOf(subscription, deps.subscribing.holidays), now, count, written);
}
