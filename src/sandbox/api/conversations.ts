import { botUserId, directMessageId, isMember } from '../workspace.ts';
import { channelById } from './channel-args.ts';
import { flagOf, type Method, missing, textOf } from './method.ts';
import { channelObject } from './objects.ts';
import { answer, refuse } from './result.ts';

const read = { token: 'bot', scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'], tier: 3 } as const;

export const info: Method = {
  ...read,
  name: 'conversations.info',
  call(args, { store: { directory } }) {
    const id = textOf(args, 'channel');
    if (id === undefined) return missing('channel');
    const channel = channelById(directory, id);
    return channel === undefined ? refuse('channel_not_found') : answer({ channel: channelObject(channel) });
  },
};

export const members: Method = {
  ...read,
  name: 'conversations.members',
  tier: 4,
  call(args, { store: { directory } }) {
    const id = textOf(args, 'channel');
    if (id === undefined) return missing('channel');
    const channel = channelById(directory, id);
    if (channel === undefined) return refuse('channel_not_found');
    const limit = Number(textOf(args, 'limit') ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return refuse('invalid_limit');
    const start = Number(textOf(args, 'cursor') ?? 0);
    if (!Number.isInteger(start) || start < 0) return refuse('invalid_cursor');
    const next = start + limit < channel.members.length ? String(start + limit) : '';
    return answer({
      members: channel.members.slice(start, start + limit),
      response_metadata: { next_cursor: next },
    });
  },
};

/** Opens the direct message with one person; groups of people are not part of this workspace. */
export const open: Method = {
  token: 'bot',
  tier: 3,
  scopes: ['im:write', 'mpim:write'],
  name: 'conversations.open',
  call(args, { store: { directory } }) {
    const id = textOf(args, 'channel');
    const users = textOf(args, 'users')?.split(',') ?? [];
    if (id === undefined && users.length === 0) return refuse('users_list_not_supplied');
    if (users.length > 1) return refuse('not_enough_users');
    const user = users[0];
    if (user === botUserId) return refuse('cannot_dm_bot');
    if (user !== undefined && directory.person(user) === undefined) return refuse('user_not_found');
    if (user !== undefined && directory.person(user)?.deleted) return refuse('user_disabled');
    const channel = directory.channel(id ?? directMessageId(String(user)));
    if (channel === undefined || channel.kind !== 'im') return refuse('channel_not_found');
    return answer({
      no_op: true,
      already_open: true,
      channel: flagOf(args, 'return_im') ? channelObject(channel) : { id: channel.id },
    });
  },
};

const kinds: Record<string, string> = { public_channel: 'public', private_channel: 'private', im: 'im', mpim: 'mpim' };

/** Conversations of one person as far as the bot can see them, of the bot itself without `user`. */
export const ofUser: Method = {
  ...read,
  name: 'users.conversations',
  call(args, { store: { directory } }) {
    const user = textOf(args, 'user') ?? botUserId;
    if (directory.person(user) === undefined) return refuse('user_not_found');
    const types = (textOf(args, 'types') ?? 'public_channel').split(',').map((type) => kinds[type.trim()]);
    if (types.includes(undefined)) return refuse('invalid_types');
    const skipArchived = flagOf(args, 'exclude_archived');
    const found = directory
      .channels()
      .filter(
        (channel) =>
          types.includes(channel.kind) &&
          isMember(channel, user) &&
          channelById(directory, channel.id) !== undefined &&
          !(skipArchived && channel.archived),
      );
    return answer({ channels: found.map(channelObject), response_metadata: { next_cursor: '' } });
  },
};
