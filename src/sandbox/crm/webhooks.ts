import { createHmac } from 'node:crypto';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { isoTime } from '../company/company.ts';
import { randomFor } from '../company/random.ts';
import type { CrmEvent } from './events.ts';

export interface WebhookOptions {
  /** Where events are posted to. */
  url: string;
  secret: string;
  /** Types that are sent; all unless given. */
  types?: readonly string[];
  /** Requests at a time: 4 unless given. With 1 they keep their order. */
  concurrency?: number;
  /** Pause before each next attempt, in milliseconds of real time; the last one for ever after: 100, 1,000, 5,000, 30,000. */
  retryMs?: readonly number[];
  /** A request that is not answered for so long has failed: 5,000 milliseconds unless given. */
  timeoutMs?: number;
  /**
   * Streams of which a `heartbeat` event is posted whenever everything that happened up to a tick has been accepted: its
   * `occurred_at` is that tick's moment. None unless given. It knows nothing of events that trouble had get lost.
   */
  heartbeat?: readonly string[];
  /** What stamps and signs: real time unless given, as receivers compare with theirs. */
  signedAt?: Clock;
}

/** Shares (0 to 1) of events to which something happens on their way, decided by the event's id. None unless given. */
export interface WebhookTrouble {
  /** Sent twice. */
  duplicate?: number;
  /** Sent after up to ten later ones. */
  disorder?: number;
  /** Held back until `delaySeconds` (600 unless given) of the CRM's clock have passed. */
  delay?: number;
  delaySeconds?: number;
  /** The first attempt has a wrong signature; the next is right. */
  wrongSignature?: number;
  /** Never sent: what only polling finds. */
  lost?: number;
  /** Followed by a body that is no JSON, well signed. */
  malformed?: number;
  /** Followed by an event of a type nobody knows. */
  unknownType?: number;
}

export interface WebhookSender {
  /** Takes over events that happened, ascending; they are sent in the background. */
  send(events: readonly CrmEvent[], now: number): void;
  setTrouble(trouble: WebhookTrouble): void;
  /** Resolves when nothing is left to send but what is held back until later. */
  drained(): Promise<void>;
  /** Attempts and accepted ones so far, and what is still to be accepted, held back ones included. */
  counts(): { posted: number; accepted: number; refused: number; waiting: number };
  /** How many events each trouble has happened to so far. */
  troubles(): Readonly<Record<keyof Omit<WebhookTrouble, 'delaySeconds'>, number>>;
  /** Ids of the events that were lost. */
  lost(): ReadonlySet<string>;
  stop(): Promise<void>;
}

interface Delivery {
  body: string;
  attempts: number;
  wrongSignature: boolean;
}

/** The contract's signature: `v1=` and the hex of HMAC-SHA256 over timestamp, a dot and the raw body. */
export function signWebhook(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** The body of an event, as the contract has it. */
export function webhookBody(event: CrmEvent): string {
  const { id, type, at, data } = event;
  return JSON.stringify({ id, type, occurred_at: isoTime(at), data });
}

const defaultRetryMs = [100, 1_000, 5_000, 30_000];

/** Posts events at least once: whatever is not accepted with a 2xx is tried again until it is. */
export function createWebhookSender(options: WebhookOptions, log: Log): WebhookSender {
  const { url, secret, types, concurrency = 4, retryMs = defaultRetryMs, timeoutMs = 5_000 } = options;
  const clock = options.signedAt ?? systemClock;
  const stopping = new AbortController();
  const queue: Delivery[] = [];
  let held: { until: number; delivery: Delivery }[] = [];
  let trouble: WebhookTrouble = {};
  const timers = new Set<NodeJS.Timeout>();
  const listeners = new Set<() => void>();
  const counts = { posted: 0, accepted: 0, refused: 0 };
  const troubles = { duplicate: 0, disorder: 0, delay: 0, wrongSignature: 0, lost: 0, malformed: 0, unknownType: 0 };
  const lost = new Set<string>();
  let running = 0;
  /** Up to when everything has been told, once the queue is empty. */
  let toldUntil: number | undefined;

  const left = () => queue.length + running + timers.size;
  function pump(): void {
    if (left() === 0 && held.length === 0 && toldUntil !== undefined && options.heartbeat) {
      const heart = { id: `evt-heartbeat-${toldUntil}`, type: 'heartbeat', at: toldUntil };
      const body = webhookBody({ ...heart, data: { streams: options.heartbeat } });
      toldUntil = undefined;
      queue.push({ body, attempts: 0, wrongSignature: false });
    }
    while (running < concurrency && !stopping.signal.aborted) {
      const delivery = queue.shift();
      if (!delivery) break;
      running++;
      attempt(delivery)
        .catch((error: unknown) => log.error({ err: error }, 'webhook sender failed'))
        .finally(() => {
          running--;
          pump();
        });
    }
    if (left() === 0 || stopping.signal.aborted) for (const listener of [...listeners]) listener();
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const wrong = delivery.wrongSignature && delivery.attempts === 0;
    const timestamp = String(Math.floor(clock.now().epochMilliseconds / 1000));
    delivery.attempts++;
    counts.posted++;
    let status = 0;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-crema-timestamp': timestamp,
          'x-crema-signature': signWebhook(wrong ? `not ${secret}` : secret, timestamp, delivery.body),
        },
        body: delivery.body,
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]),
      });
      status = response.status;
      await response.arrayBuffer();
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.debug({ error: messageOf(error) }, 'webhook not delivered');
    }
    if (status >= 200 && status < 300) {
      counts.accepted++;
      return;
    }
    counts.refused++;
    const pause = retryMs[Math.min(delivery.attempts, retryMs.length) - 1] ?? 0;
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.push(delivery);
      pump();
    }, pause);
    timers.add(timer);
  }

  /** The event's own deliveries and what its troubles add to them. */
  function plan(event: CrmEvent, now: number): { delivery: Delivery; later: number; until: number | undefined }[] {
    // A draw for each trouble in a fixed order: switching one on does not move the others.
    const random = randomFor(`webhook/${event.id}`);
    const draws = Array.from({ length: 8 }, () => random.next());
    const happens = (number: number, kind: keyof typeof troubles) => {
      const does = draws[number]! < (trouble[kind] ?? 0);
      if (does) troubles[kind]++;
      return does;
    };
    const isLost = happens(4, 'lost');
    if (isLost) lost.add(event.id);
    const wrongSignature = !isLost && happens(3, 'wrongSignature');
    const make = (body: string): Delivery => ({ body, attempts: 0, wrongSignature });
    const body = webhookBody(event);
    const place = !isLost && happens(1, 'disorder') ? 1 + Math.floor(draws[7]! * 10) : 0;
    const until = !isLost && happens(2, 'delay') ? now + (trouble.delaySeconds ?? 600) : undefined;
    const planned = isLost ? [] : [{ delivery: make(body), later: place, until }];
    const beside = (text: string) =>
      planned.push({
        delivery: { ...make(text), wrongSignature: false },
        later: 0,
        until: undefined,
      });
    if (!isLost && happens(0, 'duplicate')) beside(body);
    if (happens(5, 'malformed')) beside(body.slice(0, Math.floor(body.length * 0.7)));
    if (happens(6, 'unknownType')) beside(webhookBody({ ...event, id: `${event.id}-odd`, type: 'contact.sneezed' }));
    return planned;
  }

  return {
    send(events, now) {
      const due = held.filter(({ until }) => until <= now);
      held = held.filter(({ until }) => until > now);
      const placed: { delivery: Delivery; place: number }[] = due.map(({ delivery }) => ({ delivery, place: 0 }));
      const wanted = types ? events.filter(({ type }) => types.includes(type)) : events;
      for (const [index, event] of wanted.entries())
        for (const { delivery, later, until } of plan(event, now)) {
          if (until === undefined) placed.push({ delivery, place: index + later + (later > 0 ? 0.5 : 0) });
          else held.push({ until, delivery });
        }
      queue.push(...placed.toSorted((a, b) => a.place - b.place).map(({ delivery }) => delivery));
      toldUntil = now;
      pump();
    },
    setTrouble(now) {
      trouble = now;
    },
    drained() {
      if (left() === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const listener = () => {
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      });
    },
    counts: () => ({ ...counts, waiting: left() + held.length }),
    troubles: () => ({ ...troubles }),
    lost: () => lost,
    async stop() {
      stopping.abort();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue.length = 0;
      pump();
    },
  };
}
