import { createServer } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { sendJson } from '../http.ts';
import { listen } from '../server.ts';
import { createAnswers } from './answers.ts';
import { handleCall } from './api.ts';
import { type CrmEvent, createEvents } from './events.ts';
import { type CrmFaults, createCrmFaults } from './faults.ts';
import { createMeter, type Quota } from './quota.ts';
import { singerLines, singerMapping, tapStreams } from './singer.ts';
import { type Truth, truthAt } from './truth.ts';
import { createWebhookSender, type WebhookOptions, type WebhookSender } from './webhooks.ts';
import { createWorld, epochSeconds, type WorldOptions } from './world.ts';

export interface CrmOptions extends WorldOptions {
  /** 0 or absent: any free port of 127.0.0.1. */
  port?: number;
  /** The moment as of which the CRM answers; it may move, also back. Quotas run by it too. */
  clock: Clock;
  log: Log;
  apiKey: string;
  /** No limit unless given. */
  quota?: Quota;
  /** Whether the list of campaigns ends at its `rows` (20), which the CRM's description leaves open. Off unless given. */
  campaignsCutAtRows?: boolean;
  /** Without one nothing is posted; `setWebhook` can set it up later. What happened before is never posted. */
  webhook?: WebhookOptions;
  /** Milliseconds of real time after which the CRM looks at its clock and posts what has happened; by `tick` only unless given. */
  tickMs?: number;
}

export interface Crm {
  /** Base address of the API, without a slash at the end. */
  readonly url: string;
  readonly faults: CrmFaults;
  /** The key accepted from now on; undefined revokes it. */
  setApiKey(key: string | undefined): void;
  /** Calls answered so far, oldest first: path with query, and status. The last 10,000 are kept. */
  calls(): readonly { path: string; status: number }[];
  /** How many calls there were in all. */
  callCount(): number;
  /** The sender of webhooks, where there is one. */
  webhooks(): WebhookSender | undefined;
  /**
   * Posts from now on to another address, or nowhere; what was not accepted yet is dropped. With `since` it first posts what
   * happened from then on, as a CRM does that kept its events for whoever was away.
   */
  setWebhook(webhook: WebhookOptions | undefined, since?: Temporal.Instant): Promise<void>;
  /**
   * Hands what happened since the last tick to the sender and says how many events that is. Nothing when the clock went
   * back: what was told once is not told again.
   */
  tick(): number;
  /** What happened in `[from, to)`, ascending. */
  events(from: Temporal.Instant, to: Temporal.Instant): CrmEvent[];
  /** The tap's output as of the clock's moment unless another is given, a line at a time; see singerLines. */
  singerMessages(options?: { state?: unknown; now?: Temporal.Instant; streams?: readonly string[] }): Generator<string>;
  /** The tap's mapping file. */
  readonly singerMapping: string;
  /** What a perfect copy holds at that moment. */
  truth(at: Temporal.Instant): Truth;
  stop(): Promise<void>;
}

const keptCalls = 10_000;

/** A CRM with a company in it that lives as the clock goes. Rejects with a CremaError when the port is taken. */
export async function createCrm(options: CrmOptions): Promise<Crm> {
  const { clock, log } = options;
  const world = createWorld(options);
  const faults = createCrmFaults(options.seed);
  let apiKey: string | undefined = options.apiKey;
  let calls: { path: string; status: number }[] = [];
  let callCount = 0;
  const api = {
    answers: createAnswers(world, { campaignsCutAtRows: options.campaignsCutAtRows ?? false }),
    faults,
    meter: createMeter(options.quota ?? {}),
    quota: options.quota ?? {},
    apiKey: () => apiKey,
    now: () => epochSeconds(clock.now()),
    called(path: string, status: number) {
      callCount++;
      if (calls.length >= 2 * keptCalls) calls = calls.slice(-keptCalls);
      calls.push({ path, status });
    },
  };
  const server = createServer((request, response) => {
    handleCall(api, request, response).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'crm simulator request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { success: false, developer_message: 'the simulator failed, see its log' });
    });
  });
  const url = await listen(server, options.port ?? 0);
  const events = createEvents(world);
  const streams = tapStreams(world);
  let sender = options.webhook && createWebhookSender(options.webhook, log);
  let told = api.now();
  function tick(): number {
    const now = api.now();
    const happened = sender && now > told ? events.between(told, now) : [];
    told = Math.max(told, now);
    // Also without news: what was held back may be due.
    sender?.send(happened, now);
    return happened.length;
  }
  const timer = options.tickMs === undefined ? undefined : setInterval(tick, options.tickMs);
  return {
    url,
    faults,
    setApiKey(key) {
      apiKey = key;
    },
    calls: () => calls.slice(-keptCalls),
    callCount: () => callCount,
    webhooks: () => sender,
    async setWebhook(webhook, since) {
      await sender?.stop();
      sender = webhook && createWebhookSender(webhook, log);
      told = since ? epochSeconds(since) : Math.max(told, api.now());
    },
    tick,
    events: (from, to) => events.between(epochSeconds(from), epochSeconds(to)),
    singerMessages: ({ state, now = clock.now(), streams: names } = {}) =>
      singerLines(names ? streams.filter(({ name }) => names.includes(name)) : streams, { state, now }),
    singerMapping: singerMapping(streams),
    truth: (at) => truthAt(world, streams, epochSeconds(at)),
    async stop() {
      clearInterval(timer);
      await sender?.stop();
      // Hanging answers would keep the server open for ever.
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
