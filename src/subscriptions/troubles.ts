import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { Delivery, Letter, NewDelivery } from '../deliveries/delivery.ts';
import type { Ended } from '../deliveries/dispatch.ts';
import { type Moments, record } from '../deliveries/ledger.ts';
import { setState, subscriptionOf } from './store.ts';
import type { Subscription } from './subscription.ts';

/** What happened to a subscription, for whoever is told. */
export interface Trouble {
  /** `paused`: it rests until somebody takes it up again; `missed`: one time was not sent, the next one will be. */
  kind: 'paused' | 'missed';
  subscription: Subscription;
  /** In words that a person understands, as the end of a sentence. */
  reason: string;
  /** Local date of what was not sent. */
  slot: string;
}

export interface TroubleDeps {
  /** The message about it, in the shape that Slack's carrier sends. */
  letterOf: (trouble: Trouble) => Letter;
  /** Whom to tell where the owner cannot be told: Slack user ids. */
  administrators: (tx: Queryable, tenantId: number) => Promise<readonly string[]>;
}

/** Later than this nobody needs to hear of it any more, in hours. */
const toldForHours = 72;

export interface Troubles {
  /** To be called in the transaction that settles a delivery. */
  onDeliverySettled(tx: Queryable, delivery: Delivery, ended: Ended, moments: Moments): Promise<void>;
  /** Tells that a subscription was paused for another reason than a delivery: see `Planned.broken`. */
  onPaused(tx: Queryable, subscription: Subscription, reason: string, moments: Moments): Promise<void>;
}

/**
 * What a delivery that went wrong means for its subscription. A recipient that is gone pauses it, and the owner is told
 * once per pause; anything else is told at most once a day, as the next one may arrive.
 */
export function watchTroubles(deps: TroubleDeps): Troubles {
  async function tell(tx: Queryable, trouble: Trouble, slot: string, moments: Moments): Promise<void> {
    const { subscription } = trouble;
    const { tenantId, subscriptionId } = subscription;
    const letter = deps.letterOf(trouble);
    const users = await toldOf(tx, subscription, deps);
    await record(
      tx,
      tenantId,
      users.map((user) => noticeTo(user, subscriptionId, slot, letter, moments.now)),
      moments,
    );
  }

  async function pause(
    tx: Queryable,
    subscription: Subscription,
    reason: string,
    slot: string,
    moments: Moments,
  ): Promise<void> {
    const { tenantId, subscriptionId } = subscription;
    const { now } = moments;
    // Of several deliveries that are refused at once only the first finds it active.
    if (await setState(tx, tenantId, subscriptionId, { state: 'paused', reason, now }))
      await tell(tx, { kind: 'paused', subscription, reason, slot }, `paused ${now}`, moments);
  }

  async function onDeliverySettled(tx: Queryable, delivery: Delivery, ended: Ended, moments: Moments): Promise<void> {
    const { tenantId, subscriptionId, kind, slot, part } = delivery;
    if (ended.kind === 'sent' || ended.kind === 'skipped' || subscriptionId === null) return;
    if (kind === 'notice') {
      if (ended.kind === 'refused' && ended.whose === 'recipient') await passOn(tx, delivery, moments, deps);
      return;
    }
    const subscription = await subscriptionOf(tx, tenantId, subscriptionId);
    // To somebody else than now: it was changed since.
    if (!subscription || subscription.state === 'ended' || subscription.recipient !== delivery.recipient) return;
    if (ended.kind === 'refused' && ended.whose === 'recipient')
      return pause(tx, subscription, recipientTrouble(subscription, ended.reason), slot, moments);
    // What hangs on a message that arrived is not worth one of its own.
    if (part !== 'main') return;
    const day = moments.now.toZonedDateTimeISO(subscription.timezone).toPlainDate();
    await tell(tx, { kind: 'missed', subscription, reason: missedReason(ended), slot }, `missed ${day}`, moments);
  }

  return {
    onDeliverySettled,
    async onPaused(tx, subscription, reason, moments) {
      await tell(tx, { kind: 'paused', subscription, reason, slot: '' }, `paused ${moments.now}`, moments);
    },
  };
}

function noticeTo(
  recipient: string,
  subscriptionId: number | null,
  slot: string,
  letter: Letter,
  now: Temporal.Instant,
): NewDelivery {
  return {
    ...{ kind: 'notice', subscriptionId, slot, carrier: 'slack', recipient, letter },
    ...{ dueAt: now, expiresAt: now.add({ hours: toldForHours }) },
  };
}

/** The owner; the administrators where there is none, or where the owner is the very person who cannot be reached. */
async function toldOf(tx: Queryable, subscription: Subscription, { administrators }: TroubleDeps): Promise<string[]> {
  const { tenantId, owner, recipient } = subscription;
  const user = owner === null ? undefined : await slackUserOf(tx, tenantId, owner);
  if (user !== undefined && user !== recipient) return [user];
  const others = (await administrators(tx, tenantId)).filter((one) => one !== recipient);
  return others.length > 0 ? others : user === undefined ? [] : [user];
}

/** What cannot be told to the owner is told to the administrators, once. */
async function passOn(tx: Queryable, notice: Delivery, moments: Moments, deps: TroubleDeps): Promise<void> {
  const { tenantId, subscriptionId, recipient, slot, letter } = notice;
  if (letter === null || slot.endsWith(passedOn)) return;
  const others = (await deps.administrators(tx, tenantId)).filter((one) => one !== recipient);
  await record(
    tx,
    tenantId,
    others.map((user) => noticeTo(user, subscriptionId, `${slot}${passedOn}`, letter, moments.now)),
    moments,
  );
}

const passedOn = ' passed on';

/** A person id or `slack:U...` as a Slack user; undefined for somebody who is not known in Slack. */
export async function slackUserOf(tx: Queryable, tenantId: number, owner: string): Promise<string | undefined> {
  if (owner.startsWith('slack:')) return owner.slice('slack:'.length);
  const [row] = await tx.query<{ user: string | null }>(sql`
    select coalesce(p.slack_user_id, s.slack_user_id) as user
    from ops.people p
    left join ops.slack_users s
      on s.tenant_id = p.tenant_id and s.standing = 'member' and ops.email_key(s.email) = ops.email_key(p.email)
    where p.tenant_id = ${tenantId} and p.person_id = ${owner}
    limit 1`);
  return row?.user ?? undefined;
}

/** The carriers say it in words; an address is named, as nobody sees where the mail went. */
function recipientTrouble({ carrier, recipient }: Subscription, reason: string): string {
  return carrier === 'mail' ? `mail to ${recipient} comes back: ${reason}` : reason;
}

function missedReason(ended: Exclude<Ended, { kind: 'sent' } | { kind: 'skipped' }>): string {
  switch (ended.kind) {
    case 'expired':
      return `it was too late to send it (${ended.reason})`;
    case 'unknown':
      return `nobody can tell whether it arrived (${ended.reason})`;
    case 'refused':
      return ended.whose === 'sender'
        ? `Crema was not let through (${ended.reason}); whoever runs Crema has to look into it`
        : `it could not be made (${ended.reason})`;
  }
}
