import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { CremaError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Message } from './blocks.ts';
import { reasonOf } from './client.ts';
import type { Incoming } from './incoming.ts';
import { limits } from './limits.ts';
import { lookingUpMessage } from './messages/notices.ts';
import { describeError, redact } from './redact.ts';

/** Longest wait for one post to a response URL, in milliseconds: `respond()` itself would wait for ever. */
const postTimeoutMs = 5_000;

/** What came of a message with an image: Slack shows a file only some seconds after it was uploaded. */
export type Posted = 'posted' | 'file not ready';

/**
 * The way back to the one person who asked: posts through the response URL (five, within 30 minutes), in order, each in
 * place of the last where Slack allows it; where that fails, as a new message for this person only.
 */
export interface Reply {
  /** Rejects with a CremaError `SLACK_REPLY` when neither way worked. */
  post(message: Message, options?: { keepOriginal?: boolean }): Promise<Posted>;
  /** Posts to the response URL that are left. */
  usesLeft(): number;
  /** Says `Looking it up...` unless something is posted within `afterMs`. */
  promise(afterMs: number): void;
  /** Takes the promise back. */
  close(): void;
}

export interface ReplyDeps {
  client: Pick<WebClient, 'chat'>;
  log: Log;
}

type Refusal = 'file not ready' | 'bad blocks' | 'no way';

export function createReply(incoming: Incoming, { client, log }: ReplyDeps): Reply {
  let left = incoming.responseUrl === undefined ? 0 : limits.responseUses;
  let queue: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let promised = false;

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  async function send(message: Message, keepOriginal: boolean): Promise<Posted> {
    // A shared message belongs to everybody: an answer never takes its place. Of our own promise nothing is kept.
    const replace = incoming.target !== 'shared message' && (!keepOriginal || promised);
    const refusal = left > 0 ? await throughUrl(message, replace) : 'no way';
    if (refusal === undefined) return 'posted';
    if (refusal === 'file not ready') return 'file not ready';
    if (refusal === 'bad blocks' && left > 0) {
      log.error({ text: message.text }, 'slack refused the blocks of a message, sending its text');
      if ((await throughUrl({ ...message, blocks: [] }, replace)) === undefined) return 'posted';
    }
    return asNewMessage(message);
  }

  /** Undefined when it worked. */
  async function throughUrl(message: Message, replace: boolean): Promise<Refusal | undefined> {
    left -= 1;
    try {
      const response = await fetch(incoming.responseUrl ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          response_type: 'ephemeral',
          replace_original: replace,
          text: message.text,
          ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(postTimeoutMs),
      });
      const said = await response.text();
      if (response.ok) return undefined;
      const refusal = refusalOf(said);
      // A file that is not ready yet is how Slack works, not something to look into.
      const level = refusal === 'file not ready' ? 'debug' : 'warn';
      log[level](
        { status: response.status, said: redact(said.slice(0, 300)), refusal },
        'a response url refused a post',
      );
      return refusal;
    } catch (error) {
      log.warn(describeError(error), 'a response url did not answer');
      return 'no way';
    }
  }

  /** Whether the first way got through may be unknown: seen twice by one person is better than not at all. */
  async function asNewMessage(message: Message): Promise<Posted> {
    try {
      await client.chat.postEphemeral({ channel: incoming.channelId, user: incoming.userId, ...message });
      return 'posted';
    } catch (error) {
      if (isFileNotReady(error)) return 'file not ready';
      throw new CremaError('SLACK_REPLY', `no way to answer: ${redact(reasonOf(error))}`, { cause: error });
    }
  }

  function post(message: Message, options: { keepOriginal?: boolean } = {}): Promise<Posted> {
    close();
    const posted = queue.then(() => send(message, options.keepOriginal ?? false));
    queue = posted.catch(() => {});
    return posted;
  }

  return {
    post,
    usesLeft: () => left,
    promise(afterMs) {
      timer = setTimeout(() => {
        promised = true;
        post(lookingUpMessage()).catch((error: unknown) =>
          log.warn(describeError(error), 'could not say that it takes longer'),
        );
      }, afterMs);
    },
    close,
  };
}

/** A refusal that names the image: nothing was posted, and the same message may go through a little later. */
export function isFileNotReady(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && refusalOf(JSON.stringify(error.data)) === 'file not ready';
}

function refusalOf(said: string): Refusal {
  if (/slack.?file/i.test(said)) return 'file not ready';
  return /invalid_blocks|invalid_payload|msg_blocks_too_long|no_text/.test(said) ? 'bad blocks' : 'no way';
}
