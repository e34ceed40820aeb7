import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Log } from '../lib/log.ts';
import type { Message } from './blocks.ts';
import { reasonOf } from './client.ts';
import type { Incoming } from './incoming.ts';
import { insist, isUnknownOutcome } from './insist.ts';
import { limits } from './limits.ts';
import { describeError, redact } from './redact.ts';

/** What came of one message on one way; `no way`: another way has to be tried. */
export type Sent =
  | { kind: 'posted' }
  | { kind: 'file not ready' }
  | { kind: 'bad blocks' }
  | { kind: 'no way'; error: unknown };

/** One way to a person. */
export interface Way {
  /** `replace`: in place of the message before, where this way can. Never rejects. */
  send(message: Message, replace: boolean): Promise<Sent>;
  /** How often it can still be used. */
  usesLeft(): number;
}

export interface WayDeps {
  client: Pick<WebClient, 'chat' | 'views'>;
  log: Log;
  /** Longest wait for one post to a response URL, in milliseconds: `respond()` itself would wait for ever. */
  postTimeoutMs: number;
  /** Waits before a call is made again whose outcome is unknown, in milliseconds. */
  retryWaitsMs: readonly number[];
}

/** Five posts within 30 minutes, as messages that only the person sees; works also without a valid token. */
export function responseUrlWay(incoming: Incoming, { log, postTimeoutMs }: WayDeps): Way {
  let left = incoming.responseUrl === undefined ? 0 : limits.responseUses;
  return {
    usesLeft: () => left,
    async send(message, replace) {
      if (left <= 0) return { kind: 'no way', error: new Error('the response url is used up') };
      left -= 1;
      try {
        const response = await fetch(incoming.responseUrl ?? '', {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({ response_type: 'ephemeral', replace_original: replace, ...contentOf(message) }),
          redirect: 'error',
          signal: AbortSignal.timeout(postTimeoutMs),
        });
        const said = await response.text();
        if (response.ok) return { kind: 'posted' };
        const sent = refusalOf(said, new Error(`the response url answered HTTP ${response.status}`));
        // A file that is not ready yet is how Slack works, not something to look into.
        log[sent.kind === 'file not ready' ? 'debug' : 'warn'](
          { status: response.status, said: redact(said.slice(0, 300)), refusal: sent.kind },
          'a response url refused a post',
        );
        return sent;
      } catch (error) {
        log.warn(describeError(error), 'a response url did not answer');
        return { kind: 'no way', error };
      }
    },
  };
}

/** New messages in the channel that only this person sees. */
export function ephemeralWay({ channelId, userId, threadId }: Incoming, { client, retryWaitsMs }: WayDeps): Way {
  return {
    usesLeft: () => Number.POSITIVE_INFINITY,
    send: (message) =>
      attempt(() =>
        insist(
          () =>
            client.chat.postEphemeral({
              ...{ channel: channelId, user: userId },
              ...(threadId === undefined ? {} : { thread_ts: threadId }),
              ...contentOf(message),
            }),
          retryWaitsMs,
        ),
      ),
  };
}

/** One message in the direct conversation with the bot, edited in place from then on. */
export function directWay({ channelId, userId, way, threadId }: Incoming, { client, retryWaitsMs }: WayDeps): Way {
  // Posting to a person opens the conversation with them.
  const channel = way === 'direct' ? channelId : userId;
  const thread = way === 'direct' && threadId !== undefined ? { thread_ts: threadId } : {};
  let posted: { channel: string; ts: string } | undefined;

  async function post(message: Message): Promise<void> {
    const { channel: where = channel, ts } = await client.chat.postMessage({
      ...{ channel, unfurl_links: false, unfurl_media: false },
      ...thread,
      ...contentOf(message),
    });
    if (ts !== undefined) posted = { channel: where, ts };
  }

  async function edit(message: Message, at: { channel: string; ts: string }): Promise<void> {
    try {
      await client.chat.update({ ...at, text: message.text, blocks: message.blocks });
    } catch (error) {
      const gone = error instanceof WebAPIPlatformError && editRefusals.has(error.data.error);
      if (!gone) throw error;
      posted = undefined;
      await post(message);
    }
  }

  return {
    usesLeft: () => Number.POSITIVE_INFINITY,
    send: (message) => attempt(() => insist(() => (posted ? edit(message, posted) : post(message)), retryWaitsMs)),
  };
}

const editRefusals = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message', 'is_inactive']);

/** The person's Home, always as a whole. */
export function homeWay({ userId }: Incoming, { client, retryWaitsMs }: WayDeps): Way {
  return {
    usesLeft: () => Number.POSITIVE_INFINITY,
    send: ({ text, blocks }) =>
      attempt(() =>
        insist(
          () =>
            client.views.publish({
              user_id: userId,
              view: {
                type: 'home',
                blocks: blocks.length > 0 ? blocks : [{ type: 'section', text: { type: 'plain_text', text } }],
              },
            }),
          retryWaitsMs,
        ),
      ),
  };
}

function contentOf({ text, blocks }: Message): Message | { text: string } {
  return blocks.length > 0 ? { text, blocks } : { text };
}

async function attempt(call: () => Promise<unknown>): Promise<Sent> {
  try {
    await call();
    return { kind: 'posted' };
  } catch (error) {
    return error instanceof WebAPIPlatformError
      ? refusalOf(JSON.stringify(error.data), error)
      : { kind: 'no way', error };
  }
}

/** A refusal that names the image: nothing was posted, and the same message may go through a little later. */
export function isFileNotReady(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && refusalOf(JSON.stringify(error.data), error).kind === 'file not ready';
}

function refusalOf(said: string, error: unknown): Sent {
  if (/slack.?file/i.test(said)) return { kind: 'file not ready' };
  return /invalid_blocks|invalid_payload|invalid_arguments|msg_blocks_too_long|no_text/.test(said)
    ? { kind: 'bad blocks' }
    : { kind: 'no way', error };
}

/** For a log line: what Slack said, without secrets, and whether it may have arrived all the same. */
export function lostBecause(error: unknown): { reason: string; mayHaveArrived: boolean } {
  return { reason: redact(reasonOf(error)), mayHaveArrived: isUnknownOutcome(error) };
}
