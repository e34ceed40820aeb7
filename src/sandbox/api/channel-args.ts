import type { Directory } from '../directory.ts';
import { botUserId, type Channel, directMessageId, isMember } from '../workspace.ts';
import { type ApiResult, refuse } from './result.ts';

/** Channels the bot knows of: public ones and those it is in. Private ones it is not in do not exist for it. */
function known(channel: Channel | undefined): Channel | undefined {
  if (channel === undefined) return undefined;
  return channel.kind === 'public' || isMember(channel, botUserId) ? channel : undefined;
}

/** By id only, as most methods want it. */
export function channelById(directory: Directory, id: string): Channel | undefined {
  return known(directory.channel(id));
}

/** By id, by name with or without `#`, or a person's id for the direct message: what posting accepts. */
export function channelForPosting(directory: Directory, given: string): Channel | undefined {
  const name = given.replace(/^#/, '');
  const byName = directory.channels().find((channel) => channel.kind !== 'im' && channel.name === name);
  const direct = directory.person(given) === undefined ? undefined : directory.channel(directMessageId(given));
  return known(directory.channel(given) ?? direct ?? byName);
}

/** The channel if the bot may post there, else Slack's refusal. */
export function postable(directory: Directory, given: string): { channel: Channel } | { refusal: ApiResult } {
  const channel = channelForPosting(directory, given);
  const person = channel?.kind === 'im' ? directory.person(channel.name) : undefined;
  if (person?.deleted) return { refusal: refuse(given === person.id ? 'channel_not_found' : 'is_archived') };
  if (channel === undefined) return { refusal: refuse('channel_not_found') };
  if (channel.archived) return { refusal: refuse('is_archived') };
  if (!isMember(channel, botUserId)) return { refusal: refuse('not_in_channel') };
  return { channel };
}
