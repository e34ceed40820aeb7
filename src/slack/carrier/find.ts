import type { WebClient } from '@slack/web-api';
import type { Delivery, Found } from '../../deliveries/delivery.ts';
import { reasonOf } from '../client.ts';

/** Marks our messages, so that one whose answer was lost is found. Everybody in the workspace can read it: no numbers. */
export const deliveryEvent = 'crema_delivery';

export function metadataOf({ dedupeKey }: Delivery): { event_type: string; event_payload: { key: string } } {
  return { event_type: deliveryEvent, event_payload: { key: dedupeKey } };
}

/** Pages of a channel's history that are looked through: enough for minutes of the busiest one. */
const mostPages = 10;
const pageSize = 100;

interface Seen {
  ts?: string;
  metadata?: { event_type?: string; event_payload?: Record<string, unknown> };
  files?: { id?: string }[];
}

/**
 * Looks through what the channel (or the thread) has since the delivery was handed over. Needs the scope for the history of
 * that kind of channel, which not every installation has: then nobody can tell.
 */
export async function findMessage(
  client: Pick<WebClient, 'conversations'>,
  delivery: Delivery,
  what: 'message' | 'file',
): Promise<Found> {
  // A shared file bears no metadata; its id is known since it was uploaded.
  const isOurs = ({ metadata, files }: Seen) =>
    what === 'file'
      ? (files ?? []).some(({ id }) => id !== undefined && id === delivery.proof?.file)
      : metadata?.event_type === deliveryEvent && metadata.event_payload?.key === delivery.dedupeKey;
  try {
    const channel = await channelOf(client, delivery);
    if (channel === undefined) return { kind: 'cannot tell', reason: 'Slack did not say which conversation it was in' };
    let cursor = '';
    for (let page = 0; page < mostPages; page++) {
      const { messages, next } = await pageOf(client, delivery, channel, cursor);
      const ours = messages.find(isOurs);
      if (ours?.ts !== undefined) return { kind: 'arrived', proof: { ...delivery.proof, channel, ts: ours.ts } };
      if (next === '') return { kind: 'absent' };
      cursor = next;
    }
    return { kind: 'cannot tell', reason: 'too much was said in the channel since' };
  } catch (error) {
    const reason = reasonOf(error);
    // Without the right to look it stays so; everything else may pass.
    if (withoutRight.has(reason))
      return { kind: 'cannot tell', reason: `Crema may not look into the channel (${reason})` };
    throw error;
  }
}

const withoutRight = new Set([
  'missing_scope',
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'no_permission',
  'thread_not_found',
  'not_allowed_token_type',
]);

/** The conversation something goes to; that with a person is opened by posting to them, and its id only an answer tells. */
export async function channelOf(
  client: Pick<WebClient, 'conversations'>,
  { recipient, parentProof }: Pick<Delivery, 'recipient' | 'parentProof'>,
): Promise<string | undefined> {
  if (parentProof?.channel !== undefined) return parentProof.channel;
  if (!/^[UW]/.test(recipient)) return recipient;
  return (await client.conversations.open({ users: recipient })).channel?.id;
}

async function pageOf(
  client: Pick<WebClient, 'conversations'>,
  delivery: Delivery,
  channel: string,
  cursor: string,
): Promise<{ messages: Seen[]; next: string }> {
  // Slack's clock stamps messages; where the clock is moved by hand, business time may be behind the machine's.
  const since = [delivery.dueAt, ...(delivery.handedAt ? [delivery.handedAt] : [])].reduce((a, b) =>
    Temporal.Instant.compare(a, b) <= 0 ? a : b,
  );
  const oldest = String(Math.floor(since.epochMilliseconds / 1000) - 5);
  const asked = { channel, oldest, limit: pageSize, include_all_metadata: true, ...(cursor === '' ? {} : { cursor }) };
  const thread = delivery.part === 'main' ? undefined : delivery.parentProof?.ts;
  const page =
    thread === undefined
      ? await client.conversations.history(asked)
      : await client.conversations.replies({ ...asked, ts: thread });
  return { messages: (page.messages ?? []) as Seen[], next: page.response_metadata?.next_cursor ?? '' };
}
