import { setTimeout as sleep } from 'node:timers/promises';
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { chartOfAnswer } from '../answers/chart.ts';
import type { ChartSpec } from '../charts/spec.ts';
import { type AskDeps, answerFor, canShare, type Exchange } from './ask.ts';
import type { Message } from './blocks.ts';
import { reasonOf } from './client.ts';
import { answerMessage } from './messages/index.ts';
import { type Picture, type ResultAnswer, resultMessage } from './messages/result.ts';
import { type ShareOutcome, shareNotice } from './messages/share-notice.ts';
import { describeError } from './redact.ts';
import { isFileNotReady } from './reply.ts';
import type { Requests } from './requests.ts';

export interface ShareDeps extends AskDeps {
  client: Pick<WebClient, 'chat'>;
  requests: Requests;
}

/**
 * Asks again with the sharer's rights and posts the answer for everybody in the channel, saying who shared it; then tells
 * the sharer in place of the private answer. Pressing the button again while that goes on posts nothing twice.
 */
export async function share(words: string, exchange: Exchange, deps: ShareDeps): Promise<void> {
  const { incoming, reply } = exchange;
  const { locale } = deps.tenant;
  const answered = await answerFor(words, exchange, deps);
  if (answered === null) return;
  if (answered.kind !== 'result' || !canShare(incoming)) {
    await reply.post(answerMessage(answered, { locale }));
    return;
  }
  const once = `share ${incoming.userId} ${incoming.channelId} ${incoming.messageId ?? incoming.key} ${words}`;
  if (!(await deps.requests.claim(once))) return;
  const spec = answered.request.show === 'chart' ? chartOfAnswer(answered.result, locale) : null;
  const picture = spec ? await pictureOf(spec, exchange, deps) : undefined;
  const outcome = await postForAll(answered, picture, exchange, deps);
  if (outcome.kind !== 'shared') await deps.requests.release(once);
  const message = resultMessage(answered, {
    locale,
    ...(picture ? { picture } : {}),
    canShare: outcome.kind !== 'shared',
    notice: shareNotice(outcome),
  });
  const posted = await reply.post(message);
  if (posted === 'posted') return;
  await reply.post(resultMessage(answered, { locale, picture: { kind: 'missing' }, notice: shareNotice(outcome) }));
}

async function pictureOf(spec: ChartSpec, { log }: Exchange, deps: ShareDeps): Promise<Picture> {
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

/** Codes with which Slack says that part of the work may have been done. */
const halfDone = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

function outcomeOf(error: unknown): ShareOutcome {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'busy', seconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError && !halfDone.has(error.data.error)) {
    return { kind: 'refused', reason: error.data.error };
  }
  return { kind: 'unknown' };
}
