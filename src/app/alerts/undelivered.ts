import { slotOf } from '../../alerts/deliver.ts';
import type { Incident } from '../../alerts/incident.ts';
import type { Rule } from '../../alerts/rule.ts';
import { ruleOf } from '../../alerts/store/rules.ts';
import { undeliveredSlot } from '../../alerts/store/undelivered.ts';
import { administrators } from '../../answers/people.ts';
import type { Queryable } from '../../db/db.ts';
import type { Delivery, Letter, NewDelivery } from '../../deliveries/delivery.ts';
import { type Moments, record } from '../../deliveries/ledger.ts';
import type { Message } from '../../slack/blocks.ts';
import { undeliveredMessage } from '../../slack/messages/alert-notices.ts';
import { slackUserOf } from '../../subscriptions/troubles.ts';
import { slackBody } from '../deliveries/kpi.ts';

/** Later than this nobody needs to hear of it any more, in hours. */
const toldForHours = 72;

/**
 * An alert that was refused or is too late must not vanish: the administrators and the rule's owner are told what it said and
 * why it did not arrive, once for each incident and target. To be called in the transaction that settles the delivery.
 */
export async function tellUndelivered(
  tx: Queryable,
  delivery: Delivery,
  { incident, reason, timezone }: { incident: Incident; reason: string; timezone: string },
  moments: Moments,
): Promise<void> {
  const { tenantId, carrier, recipient } = delivery;
  const rule = await ruleOf(tx, tenantId, incident.ruleId);
  if (!rule) return;
  const told = undeliveredMessage({ incident, rule, to: { carrier, recipient }, reason }, timezone);
  const slot = undeliveredSlot(slotOf(incident), carrier, recipient);
  const users = (await lookingAfter(tx, rule)).filter((user) => user !== recipient);
  await notify(tx, tenantId, users, { slot, message: told }, moments);
}

/** Slack users who look after a rule: its owner and the administrators, as far as they are in Slack. */
export async function lookingAfter(tx: Queryable, { tenantId, owner }: Rule): Promise<string[]> {
  const user = owner === null ? undefined : await slackUserOf(tx, tenantId, owner);
  const admins = (await administrators(tx, tenantId)).flatMap(({ slackUserId }) => slackUserId ?? []);
  return [...new Set([...(user === undefined ? [] : [user]), ...admins])];
}

/** A message to people or channels in Slack, once each for one slot. */
export async function notify(
  tx: Queryable,
  tenantId: number,
  recipients: readonly string[],
  { slot, message }: { slot: string; message: Message },
  moments: Moments,
): Promise<void> {
  const { now } = moments;
  const letter: Letter = { body: slackBody(message), files: [] };
  const notices = recipients.map(
    (recipient): NewDelivery => ({
      ...{ kind: 'notice', subscriptionId: null, slot, carrier: 'slack', recipient, letter },
      ...{ dueAt: now, expiresAt: now.add({ hours: toldForHours }) },
    }),
  );
  await record(tx, tenantId, notices, moments);
}
