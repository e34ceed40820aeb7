import type { Json } from '../json.ts';
import type { Message } from '../message.ts';
import { botUserId, type Channel, isMember } from '../workspace.ts';
import { channelById } from './channel-args.ts';
import { type ApiContext, flagOf, type Method, missing, textOf } from './method.ts';
import { messageObject } from './objects.ts';
import { type ApiResult, answer, refuse } from './result.ts';

const scopeOf = { public: 'channels:history', private: 'groups:history', im: 'im:history' } as const;
const read = { token: 'bot', scopes: Object.values(scopeOf), tier: 3 } as const;

/** A channel whose messages the bot may read: in it, and with the scope of that kind of channel. */
function readable(args: Json, { store, scopes }: ApiContext): { channel: Channel } | { refusal: ApiResult } {
  const id = textOf(args, 'channel');
  if (id === undefined) return { refusal: missing('channel') };
  const channel = channelById(store.directory, id);
  if (channel === undefined) return { refusal: refuse('channel_not_found') };
  const needed = scopeOf[channel.kind];
  if (!scopes.has(needed)) {
    return { refusal: refuse('missing_scope', [], { needed, provided: [...scopes].join(',') }) };
  }
  if (!isMember(channel, botUserId)) return { refusal: refuse('not_in_channel') };
  return { channel };
}

const timestamp = /^\d+(\.\d+)?$/;

/** The messages within `oldest` and `latest` (left out themselves unless `inclusive`), or Slack's refusal. */
function within(messages: Message[], args: Json): { found: Message[] } | { refusal: ApiResult } {
  const [oldest, latest] = [textOf(args, 'oldest'), textOf(args, 'latest')];
  if (oldest !== undefined && !timestamp.test(oldest)) return { refusal: refuse('invalid_ts_oldest') };
  if (latest !== undefined && !timestamp.test(latest)) return { refusal: refuse('invalid_ts_latest') };
  const inclusive = flagOf(args, 'inclusive');
  const [from, to] = [Number(oldest ?? 0), Number(latest ?? Number.POSITIVE_INFINITY)];
  const found = messages.filter(({ ts }) => {
    const at = Number(ts);
    return (at > from && at < to) || (inclusive && (at === from || at === to));
  });
  return { found };
}

/** One page as Slack gives it; the cursor is the place of the next message. */
function page(messages: readonly Message[], args: Json, context: ApiContext): ApiResult {
  const limit = Number(textOf(args, 'limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 999) return refuse('invalid_limit');
  const start = Number(textOf(args, 'cursor') ?? 0);
  if (!Number.isInteger(start) || start < 0) return refuse('invalid_cursor');
  const withMetadata = flagOf(args, 'include_all_metadata');
  const more = start + limit < messages.length;
  return answer({
    messages: messages.slice(start, start + limit).map((message) => {
      const { metadata, ...object } = messageObject(message, context.store, context.base);
      return withMetadata && metadata !== undefined ? { ...object, metadata } : object;
    }),
    ...{ has_more: more, response_metadata: { next_cursor: more ? String(start + limit) : '' } },
  });
}

/** Newest first, replies only where they were shown in the channel too. Never what one person alone was told. */
export const history: Method = {
  ...read,
  name: 'conversations.history',
  call(args, context) {
    const place = readable(args, context);
    if ('refusal' in place) return place.refusal;
    const shown = context.store
      .everybodys(place.channel.id)
      .filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
    const range = within(shown, args);
    return 'refusal' in range ? range.refusal : page(range.found.toReversed(), args, context);
  },
};

/** The message first, then its answers, oldest first. */
export const replies: Method = {
  ...read,
  name: 'conversations.replies',
  call(args, context) {
    const ts = textOf(args, 'ts');
    if (ts === undefined) return missing('ts');
    const place = readable(args, context);
    if ('refusal' in place) return place.refusal;
    const named = context.store.everybodys(place.channel.id).find((message) => message.ts === ts);
    if (named === undefined) return refuse('thread_not_found');
    // Slack answers for a reply with that reply alone.
    if (named.threadTs !== undefined) return page([named], args, context);
    const range = within(context.store.replies(named), args);
    return 'refusal' in range ? range.refusal : page([named, ...range.found], args, context);
  },
};
