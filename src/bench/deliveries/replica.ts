import { createMailCarrier } from '../../app/mail-carrier.ts';
import { createDb } from '../../db/db.ts';
import type { Delivery, NewDelivery } from '../../deliveries/delivery.ts';
import type { Made } from '../../deliveries/dispatch.ts';
import { createDispatcher, type Dispatcher } from '../../deliveries/dispatcher.ts';
import { type Clock, fixedClock, systemClock } from '../../lib/clock.ts';
import { createLog } from '../../lib/log.ts';
import { composeMail, messageIdOf } from '../../mail/compose.ts';
import { createSmtp } from '../../mail/smtp.ts';
import { createSlackCarrier } from '../../slack/carrier/carrier.ts';
import { createClient } from '../../slack/client.ts';
import { createSlackLogger } from '../../slack/logger.ts';
import { planDue } from '../../subscriptions/plan.ts';
import { quickTiming, type ToReplica } from './replica-messages.ts';

/*
 * One process that plans and sends, to be killed at any moment. What it sends is small and made up: what is tried here is
 * the way, not the content. It is told the time over its channel, and ends with its parent.
 */

/** Longest call of Slack's Web API, in milliseconds: shorter than the lease. */
const callTimeoutMs = 1_000;

/** The same for a mail server, in milliseconds. */
const smtpTiming = { connectMs: 1_000, commandMs: 1_000, sendMs: 1_500 };

const log = createLog({ level: 'silent' });
const clock = fixedClock('1970-01-01T00:00:00Z');
let dispatcher: Dispatcher | undefined;

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToReplica) => {
  if (message.kind === 'time') {
    clock.set(message.now);
    dispatcher?.wake();
  } else if (message.kind === 'start') start(message);
  else void (dispatcher?.stop() ?? Promise.resolve()).then(() => process.exit(0));
});

function start({ databaseUrl, tenantId, slackApiUrl, smtpUrl, token, now }: ToReplica & { kind: 'start' }): void {
  clock.set(now);
  const db = createDb({ url: databaseUrl, applicationName: 'crema bench replica', log, maxConnections: 6 });
  const client = createClient(token, slackApiUrl, createSlackLogger(log), callTimeoutMs);
  const machine: Clock = systemClock;
  const smtp = createSmtp({ url: smtpUrl, timing: smtpTiming });
  dispatcher = createDispatcher({
    ...{ db, tenantId, clock, machine, log, timing: quickTiming },
    carriers: {
      slack: createSlackCarrier({ db, tenantId, client, machine, log, imageWaitsMs: [100, 200, 400] }),
      mail: createMailCarrier({ smtp, allowed: () => ['example.com'] }),
    },
    make: { digest: async (delivery) => digestOf(delivery), report: reportOf },
    plan: async () => {
      const moments = { now: clock.now(), machine: machine.now() };
      await planDue(db, tenantId, moments, { isHoliday: () => false, waitMinutes: 20 });
    },
  });
  process.send?.('up');
}

/** The smallest picture there is: one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A message with a picture, and its details in the thread. */
function digestOf(delivery: Delivery): Made {
  const { slot } = delivery;
  const image = { type: 'image', slack_file: { id: 'file:chart.png' }, alt_text: 'A chart' };
  return {
    kind: 'letter',
    letter: {
      body: {
        type: 'message',
        text: `Digest of ${slot}`,
        blocks: [{ type: 'section', text: { type: 'plain_text', text: `Digest of ${slot}` } }, image],
      },
      files: [{ name: 'chart.png', mediaType: 'image/png', bytes: pixel }],
    },
    also: [
      {
        ...following(delivery, 'thread'),
        letter: { body: { type: 'message', text: `Details of ${slot}`, blocks: [] }, files: [] },
      },
    ],
  };
}

/** A file of its own with a line about it, or a mail with the file. */
async function reportOf(delivery: Delivery): Promise<Made> {
  const { slot, recipient, carrier, dedupeKey } = delivery;
  const pdf = { name: 'report.pdf', mediaType: 'application/pdf', bytes: Buffer.from(`report ${slot} ${recipient}`) };
  if (carrier === 'slack')
    return {
      kind: 'letter',
      letter: { body: { type: 'file', title: `Report ${slot}`, comment: `Report of ${slot}` }, files: [pdf] },
    };
  const from = 'crema@example.com';
  const bytes = await composeMail({
    ...{ from: { name: 'Crema', address: from }, to: { name: '', address: recipient }, subject: `Report ${slot}` },
    ...{
      html: `<p>Report of ${slot}</p>`,
      text: `Report of ${slot}`,
      attachments: [pdf],
      date: delivery.dueAt,
      dedupeKey,
    },
  });
  return {
    kind: 'letter',
    letter: {
      body: { from, to: recipient, messageId: messageIdOf(dedupeKey, from) },
      files: [{ name: 'message.eml', mediaType: 'message/rfc822', bytes }],
    },
  };
}

function following(delivery: Delivery, part: 'thread'): NewDelivery {
  const { kind, subscriptionId, slot, carrier, recipient, dueAt, expiresAt } = delivery;
  return { kind, subscriptionId, slot, carrier, recipient, part, dueAt, expiresAt };
}
