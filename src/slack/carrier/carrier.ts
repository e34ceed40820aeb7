import { setTimeout as sleep } from 'node:timers/promises';
import type { KnownBlock } from '@slack/types';
import { WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { Db } from '../../db/db.ts';
import type { Carrier, Delivery, Handing, Letter, Outcome, Proof } from '../../deliveries/delivery.ts';
import { editPace, holdBack, type Pace, recipientPace, takePlace } from '../../deliveries/paces.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { context, type Message } from '../blocks.ts';
import { describeError } from '../redact.ts';
import { uploadBytes, uploadPrivately } from '../upload.ts';
import { isFileNotReady } from '../ways.ts';
import { channelOf, findMessage, metadataOf } from './find.ts';
import { outcomeOf } from './refusals.ts';
import { createUploads } from './uploads.ts';

/** What goes to Slack: a message, with images as `file:NAME` in place of their ids; or a file with a line about it. */
export type SlackBody =
  | { type: 'message'; text: string; blocks: readonly unknown[] }
  | { type: 'file'; title: string; comment: string };

export interface SlackCarrierDeps {
  db: Db;
  tenantId: number;
  client: Pick<WebClient, 'chat' | 'files' | 'conversations'>;
  /** The paces of replicas run by the machines' clock. */
  machine: Clock;
  log: Log;
  /** Waits before each further try to show a fresh image, in milliseconds. */
  imageWaitsMs?: readonly number[];
  /** Between two messages to one channel, in milliseconds. */
  postEveryMs?: number;
}

/** Slack processes a fresh file for some seconds, and refuses to show it meanwhile. */
const usualImageWaitsMs = [500, 1_000, 2_000, 4_000, 8_000];
/** Failures after which a message goes out without its pictures: the numbers are in its text. */
const mostUploads = 3;
/** A place in a pace that is further away than this is not waited for: other deliveries can go out meanwhile. */
const patienceMs = 2_000;

/** Slack takes about a message a second and channel. */
const usualPostEveryMs = 1_000;

/** Slack's limits, for all replicas together: messages by channel, others by the minute. */
function paceOf(method: string, channel: string, postEveryMs: number): Pace {
  if (method === 'chat.postMessage')
    return { name: recipientPace('slack', channel), intervalMs: postEveryMs, burst: 1 };
  if (method === 'chat.update') return { name: editPace('slack'), intervalMs: 1_200, burst: 5 };
  return { name: method, intervalMs: 600, burst: 10 };
}

/** The bot's way into channels and to people, for what the ledger sends. */
export function createSlackCarrier(deps: SlackCarrierDeps): Carrier {
  const { client, log } = deps;
  const { imageWaitsMs: waitsMs = usualImageWaitsMs, postEveryMs = usualPostEveryMs } = deps;

  const uploads = createUploads();

  /** Waits for a place of the pace; null when it is too far away. */
  async function place(method: string, channel: string): Promise<Outcome | null> {
    const pace = paceOf(method, channel, postEveryMs);
    const waitMs = await takePlace(deps.db, deps.tenantId, pace, deps.machine.now(), patienceMs);
    if (waitMs === null)
      return { kind: 'again', reason: 'others were before it at the pace Slack allows', afterMs: patienceMs };
    if (waitMs > 0) await sleep(waitMs);
    return null;
  }

  /** What a failed call means; what Slack asks one caller to wait for, the others wait for too. */
  async function failed(method: string, channel: string, error: unknown): Promise<Exclude<Outcome, { kind: 'sent' }>> {
    if (error instanceof WebAPIRateLimitedError) {
      const until = deps.machine.now().add({ seconds: Math.ceil(error.retryAfter) });
      await holdBack(deps.db, deps.tenantId, paceOf(method, channel, postEveryMs).name, until);
    }
    return outcomeOf(error);
  }

  /** Uploads what the message shows, each file once over all attempts and messages; `null`: without pictures. */
  async function uploaded(
    delivery: Delivery & { letter: Letter },
    handing: Handing,
  ): Promise<{ proof: Proof } | { outcome: Outcome } | null> {
    let proof: Proof = { ...delivery.proof };
    for (const file of delivery.letter.files) {
      const key = fileKey(file.name);
      if (proof[key] !== undefined || delivery.parentProof?.[key] !== undefined) continue;
      try {
        const id = await uploads.once(file.hash, async () => {
          const waiting = await place('files.getUploadURLExternal', '');
          if (waiting) throw new TooSoon(waiting);
          const bytes = await handing.bytesOf(file);
          return uploadPrivately(client, { name: file.name, title: file.name, bytes });
        });
        proof = { ...proof, [key]: id };
      } catch (error) {
        if (error instanceof TooSoon) return { outcome: error.outcome };
        log.warn(describeError(error), 'a picture of a delivery was not uploaded');
        // A private file that nothing shows hurts nobody: whatever became of the upload, it can be made again.
        const { reason } = await failed('files.getUploadURLExternal', '', error);
        if (delivery.failures + 1 >= mostUploads) return null;
        return { outcome: { kind: 'again', reason: `a picture was not uploaded: ${reason}` } };
      }
      await handing.keep(proof);
    }
    return { proof: { ...proof, ...filesOf(delivery.parentProof) } };
  }

  async function sendMessage(
    delivery: Delivery & { letter: Letter },
    body: Extract<SlackBody, { type: 'message' }>,
    handing: Handing,
  ): Promise<Outcome> {
    const files = await uploaded(delivery, handing);
    if (files !== null && 'outcome' in files) return files.outcome;
    const shown = files && delivery.letter.files.length > 0 ? withFiles(body, files.proof) : null;
    const plain = withoutFiles(body);
    const proof = files?.proof ?? {};
    const ladder: { message: Message; waits: readonly number[] }[] = [
      ...(shown ? [{ message: shown, waits: waitsMs }] : []),
      { message: plain, waits: [] },
      // Whatever is wrong with a block, the number arrives.
      { message: { text: plain.text, blocks: [] }, waits: [] },
    ];
    let last: Outcome = { kind: 'again', reason: 'nothing was sent' };
    for (const [step, { message, waits }] of ladder.entries()) {
      for (const waitMs of [0, ...waits]) {
        await sleep(waitMs, undefined, { signal: handing.signal });
        const waiting = await place(methodOf(delivery), placeOf(delivery));
        if (waiting) return waiting;
        await handing.handOver();
        try {
          const at = await post(delivery, message);
          if (shown && step > 0) for (const { hash } of delivery.letter.files) uploads.forget(hash);
          if (shown && step > 0) await showLater(at, shown, waits.length > 0 ? waits : waitsMs);
          return { kind: 'sent', proof: { ...proof, ...at } };
        } catch (error) {
          last = await failed(methodOf(delivery), placeOf(delivery), error);
          // A refusal is definite: the same may be tried again.
          if (isFileNotReady(error)) continue;
          log.warn(describeError(error), 'slack did not take a delivery');
          if (last.kind !== 'refused' || last.whose !== 'letter') return last;
          break;
        }
      }
    }
    return last;
  }

  function post(delivery: Delivery, { text, blocks }: Message): Promise<{ channel: string; ts: string }> {
    const content = blocks.length > 0 ? { text, blocks } : { text };
    const { parentProof, part, recipient } = delivery;
    if (part === 'edit') {
      const at = { channel: parentProof?.channel ?? '', ts: parentProof?.ts ?? '' };
      return client.chat.update({ ...at, ...content }).then(() => at);
    }
    const thread = part === 'main' || parentProof?.ts === undefined ? {} : { thread_ts: parentProof.ts };
    const channel = part === 'main' ? recipient : (parentProof?.channel ?? recipient);
    return client.chat
      .postMessage({
        ...{ channel, unfurl_links: false, unfurl_media: false, metadata: metadataOf(delivery) },
        ...thread,
        ...content,
      })
      .then((posted) => ({ channel: posted.channel ?? channel, ts: posted.ts ?? '' }));
  }

  /** Puts the picture in where Slack was too slow for it; the message is out, so a failure costs only the picture. */
  async function showLater(
    at: { channel: string; ts: string },
    message: Message,
    waits: readonly number[],
  ): Promise<void> {
    for (const waitMs of waits.slice(-2)) {
      await sleep(waitMs);
      try {
        await client.chat.update({ ...at, text: message.text, blocks: message.blocks });
        return;
      } catch (error) {
        log.warn(describeError(error), 'a picture was not added to a delivery');
        if (!isFileNotReady(error)) return;
      }
    }
  }

  /** Uploads once, then shares: the sharing is the step with an effect, and is made again with the same file only. */
  async function sendFile(
    delivery: Delivery & { letter: Letter },
    body: Extract<SlackBody, { type: 'file' }>,
    handing: Handing,
  ): Promise<Outcome> {
    const [file] = delivery.letter.files;
    if (!file) return { kind: 'refused', reason: 'there is no file in it', whose: 'letter' };
    const method = 'files.completeUploadExternal';
    let id = delivery.proof?.file;
    try {
      if (id === undefined) {
        const waiting = await place('files.getUploadURLExternal', '');
        if (waiting) return waiting;
        id = await uploadBytes(client, { name: file.name, bytes: await handing.bytesOf(file) });
        await handing.keep({ file: id });
      }
    } catch (error) {
      const outcome = await failed('files.getUploadURLExternal', '', error);
      return outcome.kind === 'unknown'
        ? { kind: 'again', reason: `the file was not uploaded: ${outcome.reason}` }
        : outcome;
    }
    const thread = delivery.parentProof?.ts;
    let channel: string | undefined;
    try {
      channel = await channelOf(client, delivery);
    } catch (error) {
      const outcome = await failed('conversations.open', '', error);
      return outcome.kind === 'unknown' ? { ...outcome, kind: 'again' } : outcome;
    }
    if (channel === undefined) return { kind: 'again', reason: 'Slack did not say where the person is written to' };
    const waiting = await place(method, channel);
    if (waiting) return waiting;
    await handing.handOver();
    try {
      await client.files.completeUploadExternal({
        files: [{ id, title: body.title }],
        channel_id: channel,
        initial_comment: body.comment,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      });
      return { kind: 'sent', proof: { file: id, channel } };
    } catch (error) {
      return failed(method, channel, error);
    }
  }

  return {
    async send(delivery, handing) {
      const body = delivery.letter.body as unknown as SlackBody;
      return body.type === 'file' ? sendFile(delivery, body, handing) : sendMessage(delivery, body, handing);
    },
    // An edit made twice is the edit.
    async find(delivery) {
      const { type } = delivery.letter.body as unknown as SlackBody;
      return delivery.part === 'edit' ? { kind: 'absent' } : findMessage(client, delivery, type);
    },
  };
}

/** An upload has to wait, so that others can go out meanwhile. */
class TooSoon extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('others were before it');
    this.outcome = outcome;
  }
}

function methodOf({ part }: Delivery): string {
  return part === 'edit' ? 'chat.update' : 'chat.postMessage';
}

function placeOf({ recipient, parentProof }: Delivery): string {
  return parentProof?.channel ?? recipient;
}

function fileKey(name: string): string {
  return `file:${name}`;
}

function filesOf(proof: Proof | null): Proof {
  return Object.fromEntries(Object.entries(proof ?? {}).filter(([key]) => key.startsWith('file:')));
}

/** The message with the ids of its uploaded pictures. */
function withFiles({ text, blocks }: { text: string; blocks: readonly unknown[] }, proof: Proof): Message {
  const shown = blocks.map((block) => {
    const name = placeholderOf(block);
    return name === undefined ? block : { ...(block as object), slack_file: { id: proof[fileKey(name)] ?? '' } };
  });
  return { text, blocks: shown as KnownBlock[] };
}

/** What is left without pictures, which it says. */
function withoutFiles({ text, blocks }: { text: string; blocks: readonly unknown[] }): Message {
  const kept = blocks.filter((block) => placeholderOf(block) === undefined);
  const note = context('The chart could not be shown.');
  return { text, blocks: (kept.length < blocks.length ? [...kept, note] : kept) as KnownBlock[] };
}

function placeholderOf(block: unknown): string | undefined {
  const { type, slack_file: file } = (block ?? {}) as { type?: unknown; slack_file?: { id?: unknown } };
  if (type !== 'image' || typeof file?.id !== 'string' || !file.id.startsWith('file:')) return undefined;
  return file.id.slice('file:'.length);
}
