import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fixedClock } from '../../../src/lib/clock.ts';
import type { CrmOptions } from '../../../src/sandbox/crm/crm.ts';
import type { WebhookTrouble } from '../../../src/sandbox/crm/webhooks.ts';
import { startCrm } from './harness.ts';

const secret = 'hush';
const signedAt = fixedClock('2026-11-21T08:00:00Z');

interface Received {
  timestamp: string;
  signature: string;
  body: string;
}

/** Takes what is posted; `answer` says with which status the nth request is answered. */
async function startReceiver(answer: (request: Received, number: number) => number = () => 202) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      timestamp: String(request.headers['x-crema-timestamp']),
      signature: String(request.headers['x-crema-signature']),
      body: Buffer.concat(chunks).toString('utf8'),
    };
    received.push(one);
    response.writeHead(answer(one, received.length)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/crm` };
}

const isRight = ({ timestamp, signature, body }: Received) =>
  signature === `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** A CRM of some hours in which something happens, with everything posted once it is drained. */
async function post(
  trouble: WebhookTrouble,
  options: Partial<CrmOptions> = {},
  receiver?: Awaited<ReturnType<typeof startReceiver>>,
) {
  const { url, received } = receiver ?? (await startReceiver((one) => (isRight(one) ? 202 : 401)));
  const webhook = { url, secret, concurrency: 1, retryMs: [1, 2], signedAt };
  const { crm, clock } = await startCrm({ from: '2026-08-01', contacts: 400, ...options, webhook });
  crm.webhooks()!.setTrouble(trouble);
  const from = clock.now();
  clock.set(from.add({ hours: 6 }));
  crm.tick();
  await crm.webhooks()!.drained();
  const events = crm.events(from, clock.now());
  expect(events.length).toBeGreaterThan(25);
  return { crm, clock, received, events };
}

const idOf = ({ body }: Received) => JSON.parse(body).id as string;

describe('the webhooks of the simulated CRM', () => {
  test('post what has happened since the last tick, in order, with the contract’s envelope and signature', async () => {
    const { crm, clock, received, events } = await post({});
    expect(received.every(isRight)).toBe(true);
    expect(received[0]!.timestamp).toBe(String(signedAt.now().epochMilliseconds / 1000));
    expect(received.map(({ body }) => JSON.parse(body))).toEqual(
      events.map(({ id, type, at, data }) => ({
        ...{ id, type, data },
        occurred_at: Temporal.Instant.fromEpochMilliseconds(at * 1000).toString(),
      })),
    );
    const spoken = received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.sender_kind === 'operator');
    for (const { data } of spoken) expect(data.operator_id).toMatch(/^op-/);
    expect(crm.tick()).toBe(0);
    clock.set(clock.now().subtract({ hours: 3 }));
    expect(crm.tick()).toBe(0);
    clock.set(clock.now().add({ hours: 3 }));
    expect(crm.tick()).toBe(0);
  });

  test('are sent again until they are accepted', async () => {
    const receiver = await startReceiver((_, number) => (number % 3 === 0 ? 202 : number % 3 === 1 ? 500 : 503));
    const { crm, received, events } = await post({}, {}, receiver);
    expect(crm.webhooks()!.counts()).toEqual({
      posted: 3 * events.length,
      accepted: events.length,
      refused: 2 * events.length,
      waiting: 0,
    });
    expect(new Set(received.map(idOf))).toEqual(new Set(events.map(({ id }) => id)));
  });

  test('come twice, or out of order, and all the same all of them', async () => {
    const { received, events } = await post({ duplicate: 0.3, disorder: 0.3 });
    const ids = events.map(({ id }) => id);
    expect(received.length).toBeGreaterThan(1.1 * events.length);
    expect(new Set(received.map(idOf))).toEqual(new Set(ids));
    const order = received.map(idOf).map((id) => ids.indexOf(id));
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  test('are held back until their time has come', async () => {
    const { crm, clock, received, events } = await post({ delay: 0.3, delaySeconds: 600 });
    const late = events.length - received.length;
    expect(late).toBeGreaterThan(2);
    expect(crm.webhooks()!.counts().waiting).toBe(late);
    clock.set(clock.now().add({ seconds: 600 }));
    crm.webhooks()!.setTrouble({});
    crm.tick();
    await crm.webhooks()!.drained();
    expect(new Set(received.map(idOf)).isSupersetOf(new Set(events.map(({ id }) => id)))).toBe(true);
  });

  test('are lost, wrongly signed at first, or go with bodies and types that make no sense', async () => {
    const lossy = await post({ lost: 0.5 });
    expect(lossy.received.length).toBeLessThan(0.8 * lossy.events.length);

    const forged = await post({ wrongSignature: 0.4 });
    expect(forged.received.filter((one) => !isRight(one)).length).toBeGreaterThan(5);
    expect(new Set(forged.received.filter(isRight).map(idOf))).toEqual(new Set(forged.events.map(({ id }) => id)));

    const odd = await post({ malformed: 0.3, unknownType: 0.3 });
    const readable = odd.received.filter(({ body }) => body.endsWith('}}'));
    expect(odd.received.length - readable.length).toBeGreaterThan(4);
    const types = new Set(readable.map(({ body }) => JSON.parse(body).type));
    expect(types).toContain('contact.sneezed');
    expect(new Set(readable.map(idOf)).isSupersetOf(new Set(odd.events.map(({ id }) => id)))).toBe(true);
  });

  test('are followed by a heartbeat when all that happened has been accepted, and not before', async () => {
    const { received, url } = await startReceiver((_, number) => (number === 1 ? 500 : 202));
    const { crm, clock } = await startCrm({ from: '2026-08-01' });
    await crm.setWebhook({ url, secret, concurrency: 1, retryMs: [1], heartbeat: ['message', 'contact'] });
    crm.webhooks()!.setTrouble({ delay: 0.5, delaySeconds: 60 });
    clock.set(clock.now().add({ hours: 8 }));
    expect(crm.tick()).toBeGreaterThan(5);
    await crm.webhooks()!.drained();
    const heartbeats = () => received.filter(({ body }) => JSON.parse(body).type === 'heartbeat');
    expect(heartbeats()).toEqual([]);
    clock.set(clock.now().add({ seconds: 60 }));
    crm.webhooks()!.setTrouble({});
    crm.tick();
    await crm.webhooks()!.drained();
    expect(heartbeats()).toEqual([received.at(-1)]);
    expect(JSON.parse(received.at(-1)!.body)).toMatchObject({
      occurred_at: clock.now().toString(),
      data: { streams: ['message', 'contact'] },
    });
  });

  test('begin when they are set up: what happened before is not told', async () => {
    const { received, url } = await startReceiver();
    const { crm, clock } = await startCrm();
    clock.set(clock.now().add({ hours: 200 }));
    await crm.setWebhook({ url, secret, types: ['ticket.created'] });
    expect(crm.tick()).toBe(0);
    const from = clock.now();
    clock.set(from.add({ hours: 8 }));
    crm.tick();
    await crm.webhooks()!.drained();
    const wanted = crm.events(from, clock.now()).filter(({ type }) => type === 'ticket.created');
    expect(wanted.length).toBeGreaterThan(0);
    expect(received.map(idOf).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });
});
