import { setTimeout as sleep } from 'node:timers/promises';
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { chartOfAnswer } from '../answers/chart.ts';
import type { Person } from '../answers/people.ts';
import { type AskDeps, answerAs, askerOf, canShare, type Exchange } from './ask.ts';
import { audienceOf } from './audience.ts';
import type { Message } from './blocks.ts';
import { reasonOf } from './client.ts';
import { isUnknownOutcome } from './insist.ts';
import { answerMessage } from './messages/index.ts';
import { type Picture, type ResultAnswer, resultMessage } from './messages/result.ts';
import { type ShareOutcome, shareNotice } from './messages/share-notice.ts';
import { describeError } from './redact.ts';
import type { Requests } from './requests.ts';
import { isFileNotReady } from './ways.ts';

export interface ShareDeps extends AskDeps {
  client: Pick<WebClient, 'chat' | 'conversations'>;
  requests: Requests;
  botUserId: () => string | undefined;
}

/**
 * Asks again for everybody who would read it, so that nobody sees more than they may, and posts that answer, saying who
 * shared it; then tells the sharer in place of the private answer. Pressing the button again while that goes on posts
 * nothing twice.
 */
export async function share(words: string, exchange: Exchange, deps: ShareDeps): Promise<void> {
  const { incoming, reply } = exchange;
  const { locale } = deps.tenant;
  const sharer = await askerOf(exchange, deps);
  if (sharer === null) return;
  const own = await answerAs(sharer, words, deps, exchange.log);
  if (own.kind !== 'result' || !canShare(incoming)) {
    await reply.post(answerMessage(own, { locale }));
    return;
  }
  const once = `share ${incoming.userId} ${incoming.channelId} ${incoming.messageId ?? incoming.key} ${words}`;
  if (!(await deps.requests.claim(once))) return;
  const outcome = await shareOnce(words, sharer, exchange, deps);
  if (outcome.kind !== 'shared') await deps.requests.release(once);
  const picture = await pictureOf(own, exchange, deps);
  const message = resultMessage(own, {
    locale,
    ...(picture ? { picture } : {}),
    canShare: outcome.kind !== 'shared',
    notice: shareNotice(outcome),
  });
  const posted = await reply.post(message);
  if (posted === 'posted') return;
  await reply.post(resultMessage(own, { locale, picture: { kind: 'missing' }, notice: shareNotice(outcome) }));
}

async function shareOnce(words: string, sharer: Person, exchange: Exchange, deps: ShareDeps): Promise<ShareOutcome> {
  const { channelId, userId } = exchange.incoming;
  const audience = await audienceOf(channelId, { userId, person: sharer }, { ...deps, log: exchange.log });
  if (audience.kind === 'none') return { kind: 'no audience', why: audience.why };
  const answered = await answerAs(audience, words, deps, exchange.log);
  const part = audience.view.kind === 'part' ? audience.view : null;
  if (answered.kind !== 'result') return { kind: 'nothing to show', label: part?.label ?? 'everything' };
  // What the database has made of the rights decides, should they have changed since the members were looked up.
  const scoped: ResultAnswer =
    answered.result.scope === 'all'
      ? answered
      : { ...answered, result: { ...answered.result, scopeLabel: part?.label ?? 'only what all here may see' } };
  const outcome = await postForAll(scoped, await pictureOf(scoped, exchange, deps), exchange, deps);
  return outcome.kind === 'shared' && part ? { ...outcome, label: part.label, because: part.because } : outcome;
}

/** Undefined where there is nothing to draw. */
async function pictureOf(answered: ResultAnswer, { log }: Exchange, deps: ShareDeps): Promise<Picture | undefined> {
  const spec = answered.request.show === 'chart' ? chartOfAnswer(answered.result, deps.tenant.locale) : null;
  if (spec === null) return undefined;
  try {
    const { fileId } = await deps.images.of(spec);
    return { kind: 'image', fileId, altText: spec.altText };
  } catch (error) {
    log.warn(describeError(error), 'the chart is missing from a shared answer');
    return { kind: 'missing' };
  }
}

/** A refusal because of the image is definite, so the same post may be tried again; nothing else is tried twice. */
async function postForAll(
  answered: ResultAnswer,
  picture: Picture | undefined,
  { incoming, log }: Exchange,
  deps: ShareDeps,
): Promise<ShareOutcome> {
  const view = { locale: deps.tenant.locale, sharedBy: incoming.userId };
  const post = (message: Message) =>
    deps.client.chat.postMessage({ channel: incoming.channelId, unfurl_links: false, unfurl_media: false, ...message });
  try {
    for (const waitMs of picture?.kind === 'image' ? [0, ...deps.imageWaitsMs] : []) {
      await sleep(waitMs);
      try {
        await post(resultMessage(answered, { ...view, ...(picture ? { picture } : {}) }));
        return { kind: 'shared' };
      } catch (error) {
        if (!isFileNotReady(error)) throw error;
      }
    }
    await post(resultMessage(answered, { ...view, ...(picture ? { picture: { kind: 'missing' } } : {}) }));
    return { kind: 'shared' };
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'an answer could not be shared');
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): ShareOutcome {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'busy', seconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError && !isUnknownOutcome(error)) {
    return { kind: 'refused', reason: error.data.error };
  }
  return { kind: 'unknown' };
}
