import { WebAPIPlatformError } from '@slack/web-api';
import { findPersonNamed } from '../../answers/people.ts';
import type { SubscribeTo } from '../../answers/subscribe.ts';
import type { CarrierId } from '../../deliveries/delivery.ts';
import { closest } from '../../lib/closest.ts';
import { reasonOf } from '../client.ts';
import { isDirect } from '../incoming.ts';
import { isAdministrator, type SubscribeDeps, type Subscriber } from './deps.ts';

/** Where something goes, or a sentence that says why it cannot go there and what to do instead. */
export type Placed = { carrier: CarrierId; recipient: string; recipientName: string | null } | { refused: string };

interface Channel {
  id: string;
  name: string;
  isPrivate: boolean;
}

/**
 * Finds where a wish is to go and whether this person may send there: to themselves; into a channel from supervisor on,
 * if the bot is in it; to others and other addresses as an administrator.
 */
export async function placeOf(
  to: SubscribeTo,
  subscriber: Subscriber,
  here: string,
  deps: SubscribeDeps,
): Promise<Placed> {
  switch (to.kind) {
    case 'me':
      return { carrier: 'slack', recipient: subscriber.userId, recipientName: subscriber.person.name };
    case 'here':
      if (here === '') return { refused: 'I cannot tell which channel “here” is. Name it: in #channel.' };
      if (isDirect(here)) return placeOf({ kind: 'me' }, subscriber, here, deps);
      return intoChannel(here, subscriber, deps);
    case 'channel':
      return isDirect(to.id) ? placeOf({ kind: 'me' }, subscriber, here, deps) : intoChannel(to.id, subscriber, deps);
    case 'channel name':
      return intoChannelNamed(to.name, subscriber, deps);
    case 'person':
      return toPerson(to.id, subscriber, deps);
    case 'address':
      return toAddress(to.address, subscriber, deps);
  }
}

const invite = 'Invite me there with /invite @Crema, then subscribe again.';
const supervisorsOnly =
  'Only supervisors and above may have something sent into a channel. You can have it sent to you: to me.';

function maySendIntoChannels({ person }: Subscriber): boolean {
  return person.role !== 'agent';
}

async function intoChannel(id: string, subscriber: Subscriber, deps: SubscribeDeps): Promise<Placed> {
  if (!maySendIntoChannels(subscriber)) return { refused: supervisorsOnly };
  try {
    const { channel } = await deps.client.conversations.info({ channel: id });
    if (channel?.is_archived) return { refused: 'That channel is archived.' };
    if (channel?.is_im || channel?.is_mpim) return { refused: 'I can post into channels and to single people only.' };
    if (!channel?.is_member) return { refused: `I am not in that channel. ${invite}` };
    // What a private channel is called, and that there is one, is known to those who are in it.
    if (channel.is_private && !(await isIn(id, subscriber.userId, deps)))
      return { refused: 'You are not in that channel.' };
    return { carrier: 'slack', recipient: id, recipientName: `#${channel.name ?? id}` };
  } catch (error) {
    return channelTrouble(error);
  }
}

function channelTrouble(error: unknown): Placed {
  if (!(error instanceof WebAPIPlatformError))
    return { refused: 'Slack does not tell me about that channel now. Try again in a minute.' };
  if (error.data.error === 'channel_not_found') return { refused: `I cannot see that channel. ${invite}` };
  if (error.data.error === 'missing_scope')
    return {
      refused: 'The app lacks a scope to look up channels (channels:read, groups:read). Whoever runs Crema can add it.',
    };
  return { refused: `Slack refuses that channel (${reasonOf(error)}).` };
}

/** Looked up among the bot's own channels: it has to be in it anyway, and nobody hears of others. */
async function intoChannelNamed(name: string, subscriber: Subscriber, deps: SubscribeDeps): Promise<Placed> {
  if (!maySendIntoChannels(subscriber)) return { refused: supervisorsOnly };
  let channels: Channel[];
  try {
    channels = await ownChannels(deps);
  } catch (error) {
    return channelTrouble(error);
  }
  const found = channels.find((channel) => channel.name.toLowerCase() === name);
  if (found) return intoChannel(found.id, subscriber, deps);
  const near = closest(
    name,
    channels.filter(({ isPrivate }) => !isPrivate).map((channel) => channel.name),
  );
  const others = near.length > 0 ? ` Did you mean ${near.map((one) => `#${one}`).join(' or ')}?` : '';
  return { refused: `I am in no channel #${name}.${others} ${invite}` };
}

/** Pages of the bot's channels that are looked through. */
const mostPages = 10;

async function ownChannels({ client }: SubscribeDeps): Promise<Channel[]> {
  const channels: Channel[] = [];
  let cursor = '';
  for (let page = 0; page < mostPages; page++) {
    const listed = await client.users.conversations({
      ...{ types: 'public_channel,private_channel', exclude_archived: true, limit: 200 },
      ...(cursor && { cursor }),
    });
    for (const { id, name, is_private } of listed.channels ?? [])
      if (id && name) channels.push({ id, name, isPrivate: is_private === true });
    cursor = listed.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return channels;
}

async function isIn(channel: string, user: string, { client }: SubscribeDeps): Promise<boolean> {
  let cursor = '';
  for (let page = 0; page < mostPages; page++) {
    const listed = await client.conversations.members({ channel, limit: 1000, ...(cursor && { cursor }) });
    if (listed.members?.includes(user)) return true;
    cursor = listed.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return false;
}

async function toPerson(id: string, subscriber: Subscriber, deps: SubscribeDeps): Promise<Placed> {
  if (id === subscriber.userId) return placeOf({ kind: 'me' }, subscriber, '', deps);
  if (!isAdministrator(subscriber))
    return {
      refused: 'Only admins, owners and executives may subscribe somebody else. They can subscribe themselves.',
    };
  const found = (await deps.findPeople([id])).get(id);
  if (found?.kind === 'person') return { carrier: 'slack', recipient: id, recipientName: found.person.name };
  return found?.refusal.why === 'unchecked'
    ? { refused: 'I could not check with Slack who that is. Try again in a minute.' }
    : { refused: 'That person may not see any numbers, so there is nothing that could be sent to them.' };
}

async function toAddress(address: string, subscriber: Subscriber, deps: SubscribeDeps): Promise<Placed> {
  const isOwn = subscriber.email?.toLowerCase() === address.toLowerCase();
  if (!isOwn && !isAdministrator(subscriber))
    return {
      refused: `You may have mail sent to your own address only${subscriber.email === null ? '' : ` (${subscriber.email})`}. Admins, owners and executives may name others.`,
    };
  const refusal = deps.subscribing.mailRefusal(address);
  if (refusal !== undefined) return { refused: refusal };
  // What is sent is cut to the rights of whoever reads it, so it has to be known who that is.
  if (!isOwn && !(await findPersonNamed(deps.db, deps.tenant.tenantId, address)))
    return {
      refused: `Nobody who may see numbers has the address ${address}. In crema.yaml a subscription can say with whose rights it is made (as:).`,
    };
  return { carrier: 'mail', recipient: address, recipientName: null };
}
