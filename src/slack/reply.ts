import { CremaError } from '../lib/errors.ts';
import type { Message } from './blocks.ts';
import type { Incoming } from './incoming.ts';
import { isDeadToken } from './insist.ts';
import { lookingUpMessage } from './messages/notices.ts';
import { describeError } from './redact.ts';
import {
  directWay,
  ephemeralWay,
  homeWay,
  lostBecause,
  responseUrlWay,
  type Sent,
  type Way,
  type WayDeps,
} from './ways.ts';

/** What came of a message with an image: Slack shows a file only some seconds after it was uploaded. */
export type Posted = 'posted' | 'file not ready';

/**
 * The way back to the one person who asked: messages in order, each in place of the last where Slack allows it. Where the
 * first way fails the next is taken, in the end a direct message; none of them is ever seen by anybody else.
 */
export interface Reply {
  /** Rejects with a CremaError `SLACK_REPLY` when no way worked. */
  post(message: Message, options?: { keepOriginal?: boolean }): Promise<Posted>;
  /** Whether a post takes the place of the one before. */
  readonly replaces: boolean;
  /** Posts that are left on the first way. */
  usesLeft(): number;
  /** Says `Looking it up...` unless something is posted within `afterMs`. */
  promise(afterMs: number): void;
  /** Takes the promise back. */
  close(): void;
}

export interface ReplyDeps extends WayDeps {
  /** Slack refuses the token. */
  onDeadToken?: () => void;
}

export function createReply(incoming: Incoming, deps: ReplyDeps): Reply {
  const { log } = deps;
  const ways = waysOf(incoming, deps);
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
    let failed: unknown;
    for (const way of ways) {
      const sent = await sendOn(way, message, replace);
      if (sent.kind === 'posted' || sent.kind === 'file not ready') return sent.kind;
      failed = sent.kind === 'no way' ? sent.error : new Error('slack refused even the text');
      if (isDeadToken(failed)) deps.onDeadToken?.();
    }
    if (ways.length === 0) return 'posted';
    const { reason, mayHaveArrived } = lostBecause(failed);
    const toWhom = isDeadToken(failed) ? 'no way to answer, slack refuses the bot' : 'no way to answer';
    throw new CremaError('SLACK_REPLY', `${toWhom}: ${reason}${mayHaveArrived ? ' (it may have arrived)' : ''}`, {
      cause: failed,
    });
  }

  async function sendOn(way: Way, message: Message, replace: boolean): Promise<Sent> {
    const sent = await way.send(message, replace);
    if (sent.kind !== 'bad blocks') return sent;
    log.error({ text: message.text }, 'slack refused the blocks of a message, sending its text');
    return way.send({ ...message, blocks: [] }, replace);
  }

  function post(message: Message, options: { keepOriginal?: boolean } = {}): Promise<Posted> {
    close();
    const posted = queue.then(() => send(message, options.keepOriginal ?? false));
    queue = posted.catch(() => {});
    return posted;
  }

  return {
    post,
    replaces: incoming.target === 'own message' || incoming.way === 'direct' || incoming.way === 'home',
    usesLeft: () => ways[0]?.usesLeft() ?? 0,
    promise(afterMs) {
      // Home keeps showing what it showed before, and nobody waits for what nobody asked.
      if (incoming.way === 'home' || incoming.way === 'none') return;
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

function waysOf(incoming: Incoming, deps: ReplyDeps): Way[] {
  const privately = incoming.channelId === '' ? [] : [ephemeralWay(incoming, deps)];
  switch (incoming.way) {
    case 'response url':
      return [responseUrlWay(incoming, deps), ...privately, directWay(incoming, deps)];
    case 'ephemeral':
      return [...privately, directWay(incoming, deps)];
    case 'direct':
      return [directWay(incoming, deps)];
    case 'home':
      return [homeWay(incoming, deps)];
    case 'none':
      return [];
  }
}
