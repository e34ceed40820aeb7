import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import { signWebhook } from '../crm/webhooks.ts';
import { readBody, sendJson } from '../http.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import { createPlannedFaults, type Planned } from '../planned-faults.ts';
import type { PagingFault } from './faults.ts';
import { createPagerDutyDesk, type PagerDutyDesk } from './pagerduty.ts';

/** One hook that came with the right signature. */
export interface ReceivedHook {
  at: Temporal.Instant;
  /** Of X-Crema-Delivery. */
  delivery: string;
  type: string;
  body: Json;
  /** How often it came; receivers act on the first only. */
  times: number;
}

export interface PagingSinkOptions {
  clock: Clock;
  /** What the hooks are signed with. */
  secret: string;
  /** The only routing key PagerDuty knows; any well-formed one unless given. */
  routingKey?: string;
  onChange?: () => void;
}

/** PagerDuty's Events API and a receiver of signed webhooks, on one port of 127.0.0.1. */
export interface PagingSink {
  /** For `events_url`. */
  readonly eventsUrl: string;
  /** For `webhook`. */
  readonly hookUrl: string;
  readonly pagerDuty: Pick<PagerDutyDesk, 'incidents' | 'ignored'>;
  /** Each once, oldest first. */
  readonly hooks: readonly ReceivedHook[];
  /** Requests with a wrong or old signature. */
  refusedHooks(): number;
  /** Requests of any kind so far. */
  requests(): number;
  failNext(fault: PagingFault): void;
  pendingFaults(): readonly Planned<PagingFault>[];
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Receivers refuse stamps that are further from their clock, in seconds. */
const toleranceSeconds = 300;

export async function createPagingSink(options: PagingSinkOptions): Promise<PagingSink> {
  const { clock, secret, onChange = () => undefined } = options;
  const desk = createPagerDutyDesk(options);
  const faults = createPlannedFaults<PagingFault>(onChange);
  const hooks: ReceivedHook[] = [];
  let refused = 0;
  let requests = 0;

  function takeHook(body: string, headers: IncomingHttpHeaders): { status: number; answer: Json } {
    if (!isSigned(secret, body, headers)) {
      refused += 1;
      return { status: 401, answer: { error: 'the signature is wrong' } };
    }
    const read = parseJson(body);
    const delivery = String(headers['x-crema-delivery'] ?? '');
    if (!isObject(read) || typeof read.type !== 'string' || delivery === '')
      return { status: 400, answer: { error: 'no hook' } };
    const known = hooks.find((one) => one.delivery === delivery);
    if (known) known.times += 1;
    else hooks.push({ at: clock.now(), delivery, type: read.type, body: read, times: 1 });
    return { status: 200, answer: { ok: true } };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const of = request.url === '/v2/enqueue' ? 'pagerduty' : request.url === '/hooks' ? 'hooks' : undefined;
    const body = (await readBody(request)).toString('utf8');
    if (of === undefined || request.method !== 'POST') return sendJson(response, 404, { error: 'not found' });
    requests += 1;
    const fault = faults.take(({ to }) => to === undefined || to === of);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'drop') return void response.destroy();
    if (fault?.kind === 'status') return sendJson(response, fault.status, { message: fault.text ?? 'as planned' });
    if (fault?.kind === 'too-many') {
      const { retryAfterSeconds: seconds } = fault;
      const words = { status: 'throttle exceeded', message: 'Requests for this service are arriving too quickly.' };
      return sendJson(response, 429, words, seconds === undefined ? {} : { 'retry-after': String(seconds) });
    }
    const { status, answer } = of === 'pagerduty' ? desk.take(body) : takeHook(body, request.headers);
    onChange();
    if (fault?.kind === 'lost-answer') return void response.destroy();
    sendJson(response, status, answer);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    eventsUrl: `${base}/v2/enqueue`,
    hookUrl: `${base}/hooks`,
    pagerDuty: desk,
    hooks,
    refusedHooks: () => refused,
    requests: () => requests,
    failNext: faults.failNext,
    pendingFaults: faults.pending,
    clearFaults: () => faults.clear(),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Any business clock may be moved: stamps are of real time. */
function isSigned(secret: string, body: string, headers: IncomingHttpHeaders): boolean {
  const timestamp = String(headers['x-crema-timestamp'] ?? '');
  const seconds = systemClock.now().epochMilliseconds / 1000;
  if (!/^\d+$/.test(timestamp) || Math.abs(seconds - Number(timestamp)) > toleranceSeconds) return false;
  const expected = Buffer.from(signWebhook(secret, timestamp, body));
  const given = Buffer.from(String(headers['x-crema-signature'] ?? ''));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
