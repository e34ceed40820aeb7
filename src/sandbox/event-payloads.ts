import { messageObject, userObject } from './api/objects.ts';
import type { Json } from './json.ts';
import type { MessageChange, Store } from './store.ts';
import { botUserId, type Channel, directMessageId, isMember, type Person, teamId } from './workspace.ts';

export type Event = Json & { type: string };

/**
 * What a change to a message is to the bot: everything in its direct messages, its own posts included (with `bot_id`, so
 * that it can tell), and mentions where it is a member. Ephemeral messages are never events.
 */
export function messageEvents({ kind, message, before }: MessageChange, store: Store, base: string): Event[] {
  const channel = store.directory.channel(message.channel);
  if (channel === undefined || message.ephemeralTo !== undefined || !isMember(channel, botUserId)) return [];
  const object = messageObject(message, store, base);
  if (channel.kind !== 'im') {
    const mentioned = kind === 'posted' && message.user !== botUserId && message.text.includes(`<@${botUserId}>`);
    return mentioned ? [{ ...object, type: 'app_mention', channel: channel.id, event_ts: message.ts }] : [];
  }
  const place = { channel: channel.id, channel_type: 'im' };
  if (kind === 'posted') return [{ ...object, type: 'message', ...place, event_ts: message.ts }];
  const now = store.nextTs();
  const hidden = { type: 'message', ...place, hidden: true, ts: now, event_ts: now };
  const previous = { previous_message: messageObject(before, store, base) };
  return kind === 'removed'
    ? [{ ...hidden, subtype: 'message_deleted', deleted_ts: message.ts, ...previous }]
    : [{ ...hidden, subtype: 'message_changed', message: object, ...previous }];
}

export function homeOpened(user: Person, tab: 'home' | 'messages', view: Json | undefined, ts: string): Event {
  const base = { type: 'app_home_opened', user: user.id, channel: directMessageId(user.id), tab, event_ts: ts };
  return view === undefined ? base : { ...base, view };
}

/** `change` of a channel as the bot hears of it: private channels have event names of their own. */
export function channelEvent(
  change: 'rename' | 'archive' | 'unarchive' | 'left',
  channel: Channel,
  by: string,
  ts: string,
): Event {
  const type = `${channel.kind === 'private' ? 'group' : 'channel'}_${change}`;
  if (change === 'rename') {
    const { id, name } = channel;
    return { type, channel: { id, name, name_normalized: name, created: 0, is_channel: true }, event_ts: ts };
  }
  if (change === 'left') return { type, channel: channel.id, actor_id: by, event_ts: ts };
  return { type, channel: channel.id, user: by, event_ts: ts };
}

export function memberEvent(change: 'joined' | 'left', channel: Channel, user: string, ts: string): Event {
  return {
    ...{ type: `member_${change}_channel`, user, channel: channel.id, team: teamId, event_ts: ts },
    channel_type: channel.kind === 'private' ? 'G' : 'C',
  };
}

export function userChange(user: Person, at: Temporal.Instant, withEmail: boolean, ts: string): Event {
  const object = userObject(user, at, { email: withEmail, locale: true });
  return { type: 'user_change', user: object, cache_ts: Math.floor(at.epochMilliseconds / 1000), event_ts: ts };
}
