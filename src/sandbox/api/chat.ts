import { type ReadContent, readContent } from '../content.ts';
import type { Json } from '../json.ts';
import type { Message, MessageContent } from '../message.ts';
import { botUserId, type Channel, isMember } from '../workspace.ts';
import { channelById, postable } from './channel-args.ts';
import { type ApiContext, flagOf, type Method, missing, textOf } from './method.ts';
import { messageObject } from './objects.ts';
import { type ApiResult, answer, refuse } from './result.ts';

const write = { token: 'bot', scopes: ['chat:write'], tier: 3 } as const;

function refusalOf(read: ReadContent & { ok: false }): ApiResult {
  return refuse(read.error, read.messages);
}

/** A reply hangs on a message that is there for everybody; a reply to a reply joins the parent's thread. */
function threadOf(args: Json, channel: string, context: ApiContext): { ts: string | undefined } | undefined {
  const given = textOf(args, 'thread_ts');
  if (given === undefined) return { ts: undefined };
  const parent = context.store.find(channel, given);
  if (parent === undefined || parent.ephemeralTo !== undefined) return undefined;
  return { ts: parent.threadTs ?? parent.ts };
}

interface Posting {
  channel: Channel;
  content: MessageContent;
  threadTs: string | undefined;
  warnings: string[];
}

/** What both kinds of posting take: where, what, in which thread. `refusalFor` has a say once the place is known. */
function readPosting(
  args: Json,
  context: ApiContext,
  required: readonly string[],
  refusalFor: (channel: Channel) => ApiResult | undefined = () => undefined,
): { posting: Posting } | { refusal: ApiResult } {
  const absent = required.filter((name) => textOf(args, name) === undefined);
  if (absent.length > 0) return { refusal: missing(...absent) };
  const place = postable(context.store.directory, String(textOf(args, 'channel')));
  if ('refusal' in place) return place;
  const refusal = refusalFor(place.channel);
  if (refusal !== undefined) return { refusal };
  const read = readContent(args, context.contentRules('truncate-at-40000'));
  if (!read.ok) return { refusal: refusalOf(read) };
  const thread = threadOf(args, place.channel.id, context);
  if (thread === undefined) return { refusal: refuse('cannot_reply_to_message') };
  return { posting: { channel: place.channel, content: read.content, threadTs: thread.ts, warnings: read.warnings } };
}

export const postMessage: Method = {
  ...write,
  name: 'chat.postMessage',
  tier: 'posting',
  call(args, context) {
    const read = readPosting(args, context, ['channel']);
    if ('refusal' in read) return read.refusal;
    const { channel, content, threadTs, warnings } = read.posting;
    const broadcast = threadTs !== undefined && flagOf(args, 'reply_broadcast');
    const message = context.store.post({ ...content, channel: channel.id, user: botUserId, threadTs, broadcast });
    const body = messageObject(message, context.store, context.base);
    return answer({ channel: message.channel, ts: message.ts, message: body }, warnings);
  },
};

export const postEphemeral: Method = {
  ...write,
  name: 'chat.postEphemeral',
  tier: 4,
  call(args, context) {
    const user = String(textOf(args, 'user'));
    const read = readPosting(args, context, ['channel', 'user'], (channel) => {
      const person = context.store.directory.person(user);
      const there = person !== undefined && !person.deleted && isMember(channel, user);
      return there ? undefined : refuse('user_not_in_channel');
    });
    if ('refusal' in read) return read.refusal;
    const { channel, content, threadTs, warnings } = read.posting;
    const message = context.store.post({
      ...content,
      ...{ channel: channel.id, user: botUserId, ephemeralTo: user, threadTs },
    });
    return answer({ message_ts: message.ts }, warnings);
  },
};

type Found = { message: Message } | { refusal: ApiResult };

/** A message of the bot's own, by channel id and timestamp. Ephemeral messages are out of reach, as in Slack. */
function ownMessage(args: Json, context: ApiContext, notOwn: string): Found {
  const [id, ts] = [textOf(args, 'channel'), textOf(args, 'ts')];
  if (id === undefined || ts === undefined) {
    return { refusal: missing(...(id === undefined ? ['channel'] : []), ...(ts === undefined ? ['ts'] : [])) };
  }
  const channel = channelById(context.store.directory, id);
  if (channel === undefined) return { refusal: refuse('channel_not_found') };
  if (channel.archived) return { refusal: refuse('is_inactive') };
  const message = context.store.find(channel.id, ts);
  if (message === undefined || message.ephemeralTo !== undefined) return { refusal: refuse('message_not_found') };
  return message.user === botUserId ? { message } : { refusal: refuse(notOwn) };
}

export const update: Method = {
  ...write,
  name: 'chat.update',
  call(args, context) {
    const found = ownMessage(args, context, 'cant_update_message');
    if ('refusal' in found) return found.refusal;
    const read = readContent(args, context.contentRules('refuse-over-4000'));
    if (!read.ok) return refusalOf(read);
    const { content } = read;
    const cleared = content.metadata !== undefined && Object.keys(content.metadata).length === 0;
    const message = context.store.revise(found.message, {
      ...content,
      metadata: cleared ? undefined : (content.metadata ?? found.message.metadata),
      edited: content.blocks.length === 0,
    });
    return answer({
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: messageObject(message, context.store, context.base),
    });
  },
};

export const remove: Method = {
  ...write,
  name: 'chat.delete',
  call(args, context) {
    const found = ownMessage(args, context, 'cant_delete_message');
    if ('refusal' in found) return found.refusal;
    context.store.remove(found.message);
    return answer({ channel: found.message.channel, ts: found.message.ts });
  },
};

export const getPermalink: Method = {
  token: 'bot',
  scopes: [],
  tier: 'free',
  name: 'chat.getPermalink',
  call(args, { store, base }) {
    const [id, ts] = [textOf(args, 'channel'), textOf(args, 'message_ts')];
    if (id === undefined || ts === undefined) {
      return missing(...(id === undefined ? ['channel'] : []), ...(ts === undefined ? ['message_ts'] : []));
    }
    const channel = channelById(store.directory, id);
    if (channel === undefined) return refuse('channel_not_found');
    const message = store.find(id, ts);
    if (message === undefined || message.ephemeralTo !== undefined) return refuse('message_not_found');
    const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${id}`;
    return answer({ channel: id, permalink: `${base}/archives/${id}/p${ts.replace('.', '')}${thread}` });
  },
};
