import type { Queryable } from '../db/db.ts';
import { cadencePhrase } from '../domain/cadence.ts';
import { setState, subscriptionByKey } from './store.ts';
import type { Subscription } from './subscription.ts';

/** What the page of a link says of a subscription: to whom it goes is nobody's business who only holds the link. */
export interface LinkedSubscription {
  /** `the report “executive”` */
  what: string;
  /** `every Monday at 08:30 (Asia/Jakarta)` */
  when: string;
  ended: boolean;
}

/** The address at which a recipient ends a subscription. `base` is the server's own, with or without a slash at its end. */
export function unsubscribeUrl(base: string, { unsubscribeKey }: Pick<Subscription, 'unsubscribeKey'>): string {
  return `${base.replace(/\/+$/, '')}/unsubscribe/${unsubscribeKey}`;
}

/** What a link ends; undefined where nothing has this key. */
export async function linkedSubscription(
  db: Queryable,
  tenantId: number,
  key: string,
): Promise<LinkedSubscription | undefined> {
  const found = await subscriptionByKey(db, tenantId, key);
  return found && { ...inWords(found), ended: found.state === 'ended' };
}

/** Ends what a link belongs to; the second time it finds it ended. */
export async function endByLink(
  db: Queryable,
  tenantId: number,
  key: string,
  now: Temporal.Instant,
): Promise<LinkedSubscription | undefined> {
  const found = await subscriptionByKey(db, tenantId, key);
  if (!found) return undefined;
  await setState(db, tenantId, found.subscriptionId, { state: 'ended', reason: 'ended by the link in a mail', now });
  return { ...inWords(found), ended: true };
}

const things = { report: 'the report', digest: 'the digest', kpi: 'the answer to' } as const;

function inWords({ kind, subject, cadence, at, timezone }: Subscription): Omit<LinkedSubscription, 'ended'> {
  return { what: `${things[kind]} “${subject}”`, when: `${cadencePhrase(cadence)} at ${at} (${timezone})` };
}
