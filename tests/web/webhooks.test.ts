import { createHash } from 'node:crypto';
import { request } from 'node:http';
import sql from 'sql-template-tag';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { CremaError } from '../../src/lib/errors.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { signWebhook } from '../../src/sync/webhooks/signature.ts';
import type { WebhookSource } from '../../src/sync/webhooks/store.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { createWebServer } from '../../src/web/server.ts';
import { createWebhookRoute, type WebhookDeps } from '../../src/web/webhooks.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
// Business time is a year behind the machine's.
const clock = fixedClock('2025-11-20T08:00:00Z');
const realClock = fixedClock('2026-11-20T08:00:00Z');
const realSeconds = String(realClock.now().epochMilliseconds / 1000);
const at = '2025-11-20T07:59:00Z';
let tenantId: number;
beforeAll(async () => {
  tenantId = await makeTenant(database.db);
});

let named = 0;
/** A server with a source of its own. */
async function startDoor(over: Partial<WebhookDeps> = {}) {
  const source: WebhookSource = { tenantId, source: `crm-${++named}`, secrets: [new Secret('hush')] };
  const woken: string[] = [];
  const metrics = createMetrics();
  const route = createWebhookRoute({
    db: database.db,
    sources: () => new Map([[source.source, source]]),
    ...{ clock, realClock, log: silentLog, observe: metrics.webhookReceived },
    onStored: () => woken.push('now'),
    ...over,
  });
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log: silentLog, listeners: {}, metrics, webhooks: route },
    ready: async () => ({}),
  });
  onTestFinished(() => web.close());
  const url = `${web.url}/webhooks/${source.source}`;
  const post = async (content: unknown, headers: Record<string, string> = {}, to = url) => {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const signed = {
      'x-crema-timestamp': realSeconds,
      'x-crema-signature': signWebhook('hush', realSeconds, body),
      ...headers,
    };
    const answer = await fetch(to, { method: 'POST', body, headers: signed });
    return { status: answer.status, answer: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
  };
  const stored = () =>
    database.db.query<Record<string, unknown>>(sql`
      select event_id, type, entity, object_id, occurred_at, received_at, body, state, reason from ops.webhook_events
      where tenant_id = ${tenantId} and source = ${source.source} order by event_id`);
  return { source, web, url, post, stored, woken };
}

const event = (over: object = {}) => ({
  id: 'evt_1',
  type: 'ticket.updated',
  occurred_at: at,
  data: { id: 't1', status: 'open' },
  ...over,
});

describe('an event that is sent', () => {
  test('is stored before it is answered, and applying it is asked for', async () => {
    const { post, stored, woken } = await startDoor();
    expect(await post(event())).toMatchObject({ status: 202, answer: { status: 'stored' } });
    expect(await stored()).toEqual([
      {
        ...{
          event_id: 'evt_1',
          type: 'ticket.updated',
          entity: 'ticket',
          object_id: 't1',
          state: 'stored',
          reason: null,
        },
        occurred_at: Temporal.Instant.from(at),
        received_at: clock.now(),
        body: { id: 't1', status: 'open', updated_at: at },
      },
    ]);
    expect(woken).toHaveLength(1);
  });

  test('again is answered like the first time, and stored once', async () => {
    const { post, stored, woken } = await startDoor();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(event())));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(answers.map(({ answer }) => answer.status).sort()).toEqual([...Array(7).fill('duplicate'), 'stored']);
    expect(await stored()).toHaveLength(1);
    expect(woken).toHaveLength(1);
  });

  test('of one source is not a duplicate of another’s', async () => {
    const [one, other] = [await startDoor(), await startDoor()];
    expect((await one.post(event())).answer.status).toBe('stored');
    expect((await other.post(event())).answer.status).toBe('stored');
  });

  test('malformed but signed is taken and kept as rejected, with the reason', async () => {
    const { post, stored, woken } = await startDoor();
    const content = '{"id":"evt_1","type":';
    expect(await post(content)).toMatchObject({
      status: 202,
      answer: { status: 'rejected', reason: 'the body is no JSON' },
    });
    expect(await post(content)).toMatchObject({ status: 202, answer: { status: 'duplicate' } });
    const id = createHash('sha256').update(content).digest('hex');
    expect(await stored()).toMatchObject([
      { event_id: id, state: 'rejected', reason: 'the body is no JSON', body: null },
    ]);
    expect(woken).toHaveLength(0);
    expect((await post(event())).answer.status).toBe('stored');
  });

  test('of an unknown type is taken and kept as ignored', async () => {
    const { post, stored, woken } = await startDoor();
    expect(await post(event({ type: 'contact.merged' }))).toMatchObject({ status: 202, answer: { status: 'ignored' } });
    expect(await stored()).toMatchObject([{ event_id: 'evt_1', type: 'contact.merged', state: 'ignored', body: null }]);
    expect(woken).toHaveLength(0);
  });

  test('gets another try when it was rejected or ignored and is sent again, now of use', async () => {
    const { post, stored, woken } = await startDoor();
    await post(event({ type: 'contact.merged' }));
    expect((await post(event())).answer.status).toBe('stored');
    expect(await stored()).toMatchObject([
      { event_id: 'evt_1', type: 'ticket.updated', state: 'stored', reason: null },
    ]);
    expect(woken).toHaveLength(1);
  });

  test('is judged by the machine’s time, not by business time', async () => {
    const { post } = await startDoor();
    const business = String(clock.now().epochMilliseconds / 1000);
    const body = JSON.stringify(event());
    const headers = { 'x-crema-timestamp': business, 'x-crema-signature': signWebhook('hush', business, body) };
    expect(await post(event(), headers)).toMatchObject({ status: 401, answer: { error: 'wrong_timestamp' } });
  });

  test('signed with a secret that has gone is refused, from the next request on', async () => {
    const secrets = { current: [new Secret('hush')] };
    const { post, stored } = await startDoor({
      sources: () => new Map([[`crm-${named}`, { tenantId, source: `crm-${named}`, secrets: secrets.current }]]),
    });
    expect((await post(event({ id: 'a' }))).status).toBe(202);
    secrets.current = [new Secret('louder'), new Secret('hush')];
    expect((await post(event({ id: 'b' }))).status).toBe(202);
    secrets.current = [new Secret('louder')];
    expect(await post(event({ id: 'c' }))).toMatchObject({ status: 401, answer: { error: 'wrong_signature' } });
    expect(await stored()).toHaveLength(2);
  });

  test('is signed over its bytes, not over what they mean', async () => {
    const { post } = await startDoor();
    const signature = signWebhook('hush', realSeconds, JSON.stringify(event()));
    expect((await post(`${JSON.stringify(event())} `, { 'x-crema-signature': signature })).status).toBe(401);
  });

  test.each(['/webhooks/nobody', '/webhooks/__proto__', '/webhooks/%00'])('to %s finds no source', async (path) => {
    const { post, web } = await startDoor();
    expect(await post(event(), {}, `${web.url}${path}`)).toMatchObject({
      status: 404,
      answer: { error: 'unknown_source' },
    });
  });

  test.each(['/webhooks', '/webhooks/', '/webhooks/a/b', '/webhooks/%zz', '/webhooks/:source/'])(
    'to %s finds nothing',
    async (path) => {
      const { post, web } = await startDoor();
      expect(await post(event(), {}, `${web.url}${path}`)).toMatchObject({
        status: 404,
        answer: { error: 'not_found' },
      });
    },
  );

  test('is sent by POST', async () => {
    const { url } = await startDoor();
    const got = await fetch(url);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('longer than 256 kB is refused, whether it says so or not, up to that it is taken', async () => {
    const { post, url, stored } = await startDoor();
    const padded = (length: number) => {
      const bare = JSON.stringify(event({ pad: '' }));
      return bare.replace('"pad":""', `"pad":"${'x'.repeat(length - bare.length)}"`);
    };
    expect((await post(padded(256 * 1024))).status).toBe(202);
    expect(await post(padded(256 * 1024 + 1))).toMatchObject({ status: 413, answer: { error: 'too_large' } });
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      for (let chunk = 0; chunk < 40; chunk++) sent.write('x'.repeat(8 * 1024));
      sent.end();
    });
    expect(status).toBe(413);
    expect(await stored()).toHaveLength(1);
  });

  test('is to be sent again when it could not be stored', async () => {
    const lost = () => Promise.reject(new CremaError('DB_LOST', 'the database went away: at secret.example'));
    const { post, woken } = await startDoor({ db: { query: lost, run: lost } });
    const { status, answer, headers } = await post(event());
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(JSON.stringify(answer)).not.toContain('secret.example');
    expect(woken).toHaveLength(0);
  });

  test('is counted by type and outcome, and its path by the pattern', async () => {
    const { post, web } = await startDoor();
    await post(event());
    await post(event());
    await post(event({ id: 'evt_2', type: 'made.up' }));
    await post('no json');
    await post(event(), { 'x-crema-signature': 'v1=0' });
    const text = await (await fetch(`${web.url}/metrics`)).text();
    expect(text).toContain('crema_webhook_events_received_total{type="ticket.updated",outcome="stored"} 1');
    expect(text).toContain('crema_webhook_events_received_total{type="ticket.updated",outcome="duplicate"} 1');
    expect(text).toContain('crema_webhook_events_received_total{type="unknown",outcome="ignored"} 1');
    expect(text).toContain('crema_webhook_events_received_total{type="malformed",outcome="rejected"} 1');
    expect(text).toContain('crema_http_requests_total{route="/webhooks/:source",method="POST",status="401"} 1');
  });
});
