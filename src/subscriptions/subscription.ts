import type { CarrierId } from '../deliveries/delivery.ts';
import type { Cadence } from './cadence.ts';

export type SubscriptionKind = 'kpi' | 'digest' | 'report';

/** Who gets what, where and when. */
export interface Subscription {
  tenantId: number;
  /** As people type it: `/kpi unsubscribe 3`. */
  subscriptionId: number;
  /** Of crema.yaml; null for one made by hand. */
  name: string | null;
  kind: SubscriptionKind;
  /** Name of the template, or the words of the question. */
  subject: string;
  carrier: CarrierId;
  /** Channel id, Slack user id, or address. */
  recipient: string;
  recipientName: string | null;
  /** With whose rights it is made; null: with those of whoever reads it. */
  viewer: string | null;
  /** Who is told when it fails; null: the administrators. */
  owner: string | null;
  cadence: Cadence;
  /** `HH:MM` in the zone. */
  at: string;
  timezone: string;
  /** Calendar of holidays, by name. */
  holidays: string | null;
  locale: string | null;
  state: 'active' | 'paused' | 'ended';
  stateReason: string | null;
  unsubscribeKey: string;
  handledUntil: Temporal.Instant;
  nextDueAt: Temporal.Instant | null;
}

/** A subscription that is to be written; what is not said is as the tenant has it. */
export interface NewSubscription {
  name?: string;
  kind: SubscriptionKind;
  subject: string;
  carrier: CarrierId;
  recipient: string;
  recipientName?: string;
  viewer?: string;
  owner?: string;
  cadence: Cadence;
  at: string;
  timezone: string;
  holidays?: string;
  locale?: string;
}
