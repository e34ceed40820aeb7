import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPagingCarriers } from '../../src/app/paging.ts';
import { alertsSchema } from '../../src/config/alerts.ts';
import type { CarrierId, Delivery, Handing, Letter } from '../../src/deliveries/delivery.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createPagingSink, type PagingSink } from '../../src/sandbox/paging/sink.ts';

const key = '0123456789abcdef0123456789abcdef';
const secret = 'hook-secret-1';
let sink: PagingSink;
/** Where nobody listens. */
let closed: string;

beforeAll(async () => {
  const gone = await createPagingSink({ clock: systemClock, secret });
  closed = new URL(gone.hookUrl).origin;
  await gone.stop();
  sink = await createPagingSink({ clock: systemClock, secret, routingKey: key });
});
afterAll(() => sink.stop());
beforeEach(() => sink.clearFaults());

const event = {
  event_action: 'trigger',
  dedup_key: 'crema:acme:1::1',
  payload: { summary: 'Breached: 3 tickets', source: 'Crema', severity: 'error', timestamp: '2026-11-10T09:00:00Z' },
};
const oddEvent = { ...event, payload: { ...event.payload, severity: 'awful' } };
const letters: Record<string, Letter['body']> = {
  pagerduty: { type: 'pagerduty', event },
  webhook: { type: 'webhook', id: 'dlv-1', hook: '{"id":"dlv-1","type":"incident.opened","incident":{}}' },
};

async function sent(
  carrier: Extract<CarrierId, 'pagerduty' | 'webhook'>,
  {
    body = letters[carrier]!,
    to = carrier as string,
    settings = {} as Record<string, unknown>,
    timeoutMs = 5_000,
  } = {},
) {
  const { targets } = alertsSchema.parse({
    targets: {
      pagerduty: { pagerduty: key, events_url: sink.eventsUrl },
      'wrong-key': { pagerduty: 'f'.repeat(32), events_url: sink.eventsUrl },
      webhook: { webhook: sink.hookUrl, secret },
      'wrong-secret': { webhook: sink.hookUrl, secret: 'other' },
      nowhere: { webhook: `${closed}/token-in-path?key=token-in-query`, secret },
      ...settings,
    },
  });
  let handedOver = 0;
  const handing: Handing = {
    ...{ bytesOf: async () => Buffer.alloc(0), keep: async () => undefined, signal: new AbortController().signal },
    handOver: async () => void handedOver++,
  };
  const delivery = { recipient: to, carrier, letter: { body, files: [] } } as unknown as Delivery & { letter: Letter };
  const carriers = createPagingCarriers({ targets: () => targets, machine: systemClock, timeoutMs });
  const outcome = await carriers[carrier].send(delivery, handing);
  expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${key}|${secret}|token-in`));
  return { outcome, handedOver };
}

describe('a page', () => {
  test('is taken by PagerDuty under its key, once however often it is sent', async () => {
    const before = sink.pagerDuty.incidents.length;
    expect(await sent('pagerduty')).toEqual({
      outcome: { kind: 'sent', proof: { status: '202', dedup_key: 'crema:acme:1::1' } },
      handedOver: 1,
    });
    await sent('pagerduty');
    expect(sink.pagerDuty.incidents.length).toBe(before + 1);
    expect(sink.pagerDuty.incidents.at(-1)).toMatchObject({ key: 'crema:acme:1::1', status: 'triggered' });
    expect(JSON.stringify(sink.pagerDuty.incidents)).not.toContain(key);
  });

  test('is cut to the lengths PagerDuty takes, never within a character', async () => {
    const long = { ...event, dedup_key: 'k'.repeat(300), payload: { ...event.payload, summary: '😀'.repeat(600) } };
    const { outcome } = await sent('pagerduty', { body: { type: 'pagerduty', event: long } });
    expect(outcome.kind).toBe('sent');
    const { key: kept, entries } = sink.pagerDuty.incidents.at(-1)!;
    expect(kept).toHaveLength(255);
    expect(entries[0]!.summary.isWellFormed()).toBe(true);
    expect(entries[0]!.summary.length).toBeGreaterThan(1000);
  });

  test.each([
    ['a key it does not know is the sender’s', { to: 'wrong-key' }, 'sender'],
    ['a target that is gone is the sender’s', { to: 'gone' }, 'sender'],
    ['a webhook of that name is none', { to: 'webhook' }, 'sender'],
    ['an unknown severity is the letter’s', { body: { type: 'pagerduty', event: oddEvent } }, 'letter'],
    ['another letter is the letter’s', { body: letters.webhook! }, 'letter'],
  ] as const)('is refused: %s', async (_, change, whose) => {
    expect((await sent('pagerduty', change)).outcome).toMatchObject({ kind: 'refused', whose });
  });
});

describe('a hook', () => {
  test('comes with a signature that its receiver can check, and with its identity', async () => {
    expect((await sent('webhook')).outcome).toEqual({ kind: 'sent', proof: { status: '200' } });
    await sent('webhook');
    expect(sink.hooks).toMatchObject([{ delivery: 'dlv-1', type: 'incident.opened', times: 2 }]);
    expect(sink.refusedHooks()).toBe(0);
  });

  test.each([
    ['the receiver knows another secret', { to: 'wrong-secret' }, 'sender'],
    ['the target is gone', { to: 'gone' }, 'sender'],
    ['the letter is a page', { body: letters.pagerduty! }, 'letter'],
  ] as const)('is refused where %s', async (_, change, whose) => {
    expect((await sent('webhook', change)).outcome).toMatchObject({ kind: 'refused', whose });
  });

  test('has definitely not arrived where nobody listens, which tells nothing of the address', async () => {
    const { outcome } = await sent('webhook', { to: 'nowhere' });
    expect(outcome.kind).toBe('again');
  });
});

describe.each(['pagerduty', 'webhook'] as const)('trouble on the way to a %s', (carrier) => {
  test('an answer that asks to wait is heeded', async () => {
    sink.failNext({ kind: 'too-many', retryAfterSeconds: 7 });
    expect((await sent(carrier)).outcome).toMatchObject({ kind: 'again', afterMs: 7000 });
    sink.failNext({ kind: 'too-many' });
    expect((await sent(carrier)).outcome).not.toHaveProperty('afterMs');
  });

  test('a server with trouble is tried again', async () => {
    sink.failNext({ kind: 'status', status: 503 });
    expect((await sent(carrier)).outcome.kind).toBe('again');
  });

  test('a lost answer leaves it open, and so does none', async () => {
    sink.failNext({ kind: 'lost-answer' });
    expect((await sent(carrier)).outcome.kind).toBe('unknown');
    sink.failNext({ kind: 'hang' });
    expect((await sent(carrier, { timeoutMs: 50 })).outcome).toMatchObject({
      ...{ kind: 'unknown', reason: expect.stringContaining('no answer within 0.05 s') },
    });
  });

  test('another refusal is definite', async () => {
    sink.failNext({ kind: 'status', status: 404 });
    expect((await sent(carrier)).outcome.kind).toBe('refused');
    sink.failNext({ kind: 'status', status: 302 });
    expect((await sent(carrier)).outcome).toMatchObject({ kind: 'refused', whose: 'sender' });
  });

  test('what is echoed of secrets is not told', async () => {
    sink.failNext({ kind: 'status', status: 400, text: `bad ${carrier === 'webhook' ? secret : key}` });
    expect((await sent(carrier)).outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('bad') });
  });
});

test('a receiver that is gone for good is the recipient’s', async () => {
  sink.failNext({ kind: 'status', status: 410 });
  expect((await sent('webhook')).outcome).toMatchObject({ kind: 'refused', whose: 'recipient' });
});
