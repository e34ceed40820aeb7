import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, answer, type KpiSettings } from '../answers/answer.ts';
import { chartOfAnswer } from '../answers/chart.ts';
import { parseRequest } from '../answers/parse.ts';
import { administrators, type Person } from '../answers/people.ts';
import type { Reprint } from '../answers/reprint.ts';
import { splitWords } from '../answers/words.ts';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ChartImages } from './chart-images.ts';
import type { FindPeople, Refusal } from './find-people.ts';
import { type Incoming, isDirect } from './incoming.ts';
import { answerMessage } from './messages/index.ts';
import { refusalMessage } from './messages/refusal.ts';
import { leadMessage, type Picture, type ResultAnswer, resultMessage } from './messages/result.ts';
import { describeError } from './redact.ts';
import type { Reply } from './reply.ts';

export interface AskDeps {
  db: Db;
  tenant: Tenant;
  settings: KpiSettings;
  clock: Clock;
  findPeople: FindPeople;
  images: ChartImages;
  /**
   * Waits before each try to show a fresh image, in milliseconds: files are mostly ready within two seconds, the last
   * try is for a slow day. At most three tries: a response URL has five posts, of which the number and a table need two.
   */
  imageWaitsMs: readonly number[];
}

/** One request on its way to an answer. */
export interface Exchange {
  incoming: Incoming;
  reply: Reply;
  log: Log;
}

/** Answers a command of this person, whatever comes of it. Rejects only for what is broken. */
export async function ask(words: string, exchange: Exchange, deps: AskDeps): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const answered = await answerAs(person, words, deps, exchange.log);
  if (answered.kind === 'receipt') return showReprint(answered, exchange, deps);
  if (answered.kind === 'result' && answered.request.show === 'chart') return showResult(answered, exchange, deps);
  const { db, tenant } = deps;
  await exchange.reply.post(
    answerMessage(answered, {
      locale: tenant.locale,
      canShare: canShare(exchange.incoming),
      ...(answered.kind === 'no-data' || answered.kind === 'not-permitted'
        ? { administrators: await administrators(db, tenant.tenantId) }
        : {}),
    }),
  );
}

/** The answer that was given, with its own picture; nothing of it is looked up again but what became of it. */
async function showReprint(reprint: Reprint, exchange: Exchange, deps: AskDeps): Promise<void> {
  const { request, result } = reprint;
  if (result.value !== null && request.show === 'chart')
    return showResult({ kind: 'result', request, result }, exchange, deps, reprint);
  await exchange.reply.post(answerMessage(reprint, { locale: deps.tenant.locale }));
}

/** Who asks; null when they may not ask at all, which they have then been told: why, and whom to ask. */
export async function askerOf({ incoming, reply }: Exchange, deps: AskDeps): Promise<Person | null> {
  const { db, tenant, findPeople } = deps;
  const found = (await findPeople([incoming.userId])).get(incoming.userId);
  if (found?.kind === 'person') return found.person;
  const refusal: Refusal = found?.refusal ?? { why: 'unchecked' };
  const message = refusalMessage(refusal, await administrators(db, tenant.tenantId), incoming.userId);
  await reply.post(message, { keepOriginal: true });
  return null;
}

/** The answer with the rights of `viewer`, as the database finds them at this moment, and its receipt. */
export function answerAs(
  { viewer, rights }: Pick<Person, 'viewer' | 'rights'>,
  words: string,
  { db, tenant, settings, clock }: AskDeps,
  log: Log,
): Promise<Answer> {
  const receipts = { rights, log };
  return answer({ db, tenant, viewer, now: clock.now(), settings, receipts }, parseRequest(splitWords(words)));
}

/** In direct messages there is nobody to share with. */
export function canShare(incoming: Incoming): boolean {
  return incoming.channelId !== '' && !isDirect(incoming.channelId);
}

/**
 * Text first, the picture as soon as Slack shows it. What a command posts is not replaced later, so there the first post
 * is the number in one line and the whole answer comes once, with its picture; a button's message is replaced twice. A
 * picture that Slack has shown before comes at once.
 */
async function showResult(answered: ResultAnswer, exchange: Exchange, deps: AskDeps, reprint?: Reprint): Promise<void> {
  const { incoming, reply } = exchange;
  const { images, tenant } = deps;
  const { locale } = tenant;
  const spec = chartOfAnswer(answered.result, locale);
  const view = { locale, canShare: canShare(incoming), ...(reprint && { reprint }) };
  if (spec === null) {
    await reply.post(resultMessage(answered, view));
    return;
  }
  const isReady = images.isReady(spec);
  const image = images.of(spec);
  image.catch(() => {}); // awaited below, after the text is out
  if (!isReady) {
    await reply.post(reply.replaces || reprint ? resultMessage(answered, view) : leadMessage(answered, locale));
  }
  const shown = await showImage(image, (picture) => reply.post(resultMessage(answered, { ...view, picture })), {
    ...exchange,
    altText: spec.altText,
    waitsMs: deps.imageWaitsMs,
  });
  if (shown) images.shown(spec);
  else {
    images.forget(spec);
    await reply.post(resultMessage(answered, { ...view, picture: { kind: 'missing' } }));
  }
}

/** Whether the image was posted; false when it could not be made, or Slack does not show it. */
async function showImage(
  image: ReturnType<ChartImages['of']>,
  post: (picture: Picture) => ReturnType<Reply['post']>,
  { reply, log, altText, waitsMs }: Exchange & { altText: string; waitsMs: readonly number[] },
): Promise<boolean> {
  try {
    const { fileId, ready } = await image;
    for (const waitMs of ready ? [0, ...waitsMs.slice(0, 2)] : waitsMs) {
      await sleep(waitMs);
      // The last post is for the table that stands in.
      if (reply.usesLeft() <= 1) break;
      if ((await post({ kind: 'image', fileId, altText })) === 'posted') return true;
    }
    log.warn({ fileId }, 'slack does not show the chart');
  } catch (error) {
    log.warn(describeError(error), 'the chart is missing from an answer');
  }
  return false;
}
