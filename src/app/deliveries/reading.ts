import { findPersonAt, type Person, peopleOf, type Sees, seenBy } from '../../answers/people.ts';
import type { Rights } from '../../answers/rights.ts';
import type { Db } from '../../db/db.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import type { Made } from '../../deliveries/dispatch.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { CremaError } from '../../lib/errors.ts';
import type { SlackDoor } from '../../slack/app.ts';
import { preferencesOf } from '../../subscriptions/preferences.ts';
import { subscriptionOf } from '../../subscriptions/store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';

/** Who reads a delivery, and in which shapes. */
export interface Reading {
  subscription: Subscription;
  viewer: string;
  rights: Rights;
  /** Two readers of whom it is the same are shown the same. */
  sees: Sees;
  /** What the reader may see, where it is not everything: `team Delivery only`. */
  label?: string;
  locale: string;
  timezone: string;
  /** Ids of the KPIs the person follows; null: those of the template. */
  followed: readonly string[] | null;
  /** Whether several people read it. */
  forAll: boolean;
}

/**
 * Why nothing is made: `nobody` of those it goes to may see anything, for good, in words for the owner; or the subscription
 * is `over`.
 */
export type NoReading = { nobody: string } | { over: string };

export interface ReadingDeps {
  db: Db;
  tenant: Tenant;
  slack: Pick<SlackDoor, 'readerOf'> | undefined;
}

/** The same as the outcome of making it. */
export function withoutReading(none: NoReading): Made {
  return 'nobody' in none ? { kind: 'refused', reason: none.nobody } : { kind: 'skip', reason: none.over };
}

/**
 * Who reads a delivery at this moment: rights are those of the reader when it is made, never those of whoever subscribed.
 * Rejects where that cannot be told now.
 */
export async function readingOf(deps: ReadingDeps, delivery: Delivery): Promise<Reading | NoReading> {
  const { db, tenant } = deps;
  const subscription =
    delivery.subscriptionId === null ? undefined : await subscriptionOf(db, delivery.tenantId, delivery.subscriptionId);
  if (subscription?.state !== 'active') return { over: 'the subscription has ended or rests' };
  const reader = await viewerOf(deps, delivery, subscription);
  if (!('viewer' in reader)) return reader;
  const { viewer } = reader;
  const people = reader.person ? [reader.person] : await everybody(deps, viewer.split(' '));
  if (!people) return { nobody: 'whoever reads it may not see anything any more' };
  const sees = seenBy(people);
  const preference = await preferencesOf(db, tenant.tenantId, viewer);
  return {
    ...{
      subscription,
      viewer,
      rights: sees.rights,
      sees,
      ...(reader.label === undefined ? {} : { label: reader.label }),
    },
    locale: preference.locale ?? subscription.locale ?? tenant.locale,
    timezone: preference.timezone ?? subscription.timezone,
    followed: preference.followed ?? null,
    forAll: delivery.carrier === 'slack' && !/^[UW]/.test(delivery.recipient),
  };
}

/** Null where one of them may see nothing. */
async function everybody({ db, tenant }: ReadingDeps, viewers: readonly string[]): Promise<Person[] | null> {
  const people = await peopleOf(db, tenant.tenantId, viewers);
  return viewers.every((viewer) => people.has(viewer)) ? [...people.values()] : null;
}

async function viewerOf(
  { db, tenant, slack }: ReadingDeps,
  { carrier, recipient }: Delivery,
  { viewer }: Subscription,
): Promise<{ viewer: string; person?: Person; label?: string } | NoReading> {
  if (carrier === 'slack') {
    if (!slack) throw new CremaError('SLACK_MISSING', 'Slack is not configured');
    const reader = await slack.readerOf(recipient);
    if (reader.kind === 'later') throw new CremaError('READER_UNKNOWN', reader.reason);
    return reader.kind === 'nobody' ? { nobody: reader.reason } : reader;
  }
  const person = await findPersonAt(db, tenant.tenantId, recipient);
  if (person) return { viewer: person.viewer, person };
  if (viewer === null) return { nobody: `nobody with the address ${recipient} may see anything` };
  const known = await peopleOf(db, tenant.tenantId, [viewer]);
  return known.has(viewer) ? { viewer } : { nobody: 'the person it was made for may not see anything any more' };
}
