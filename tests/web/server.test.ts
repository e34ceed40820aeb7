import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { createWebServer, type WebServer, type WebServerOptions } from '../../src/web/server.ts';

async function startWeb(overrides: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log: silentLog, listeners: {}, ready: async () => ({ database: 'ok' }) },
    ...overrides,
  });
  onTestFinished(() => web.close());
  return web;
}

describe('the HTTP server', () => {
  test('says that the process is up, and that everything is ready', async () => {
    const web = await startWeb();
    const up = await fetch(`${web.url}/healthz`);
    expect([up.status, await up.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await fetch(`${web.url}/readyz?deep`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok' } }]);
  });

  test('says what is not ready, by name', async () => {
    const web = await startWeb({ ready: async () => ({ database: 'ok', slack: 'cannot reach Slack' }) });
    const ready = await fetch(`${web.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: 'unavailable',
      checks: { database: 'ok', slack: 'cannot reach Slack' },
    });
  });

  test('answers about readiness even when a check throws or hangs', async () => {
    const broken = await startWeb({ ready: () => Promise.reject(new Error('no pool')) });
    expect(await (await fetch(`${broken.url}/readyz`)).json()).toMatchObject({ checks: { process: 'no pool' } });
    const hanging = await startWeb({ ready: () => new Promise(() => {}), readyTimeoutMs: 20 });
    const ready = await fetch(`${hanging.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ checks: { process: expect.stringContaining('20 ms') } });
  });

  test('hands Slack’s path to its listener, with headers that keep pages out', async () => {
    const web = await startWeb({ listeners: { slack: (_, response) => void response.writeHead(202).end() } });
    const taken = await fetch(`${web.url}/slack/events`, { method: 'POST', body: 'x' });
    expect(taken.status).toBe(202);
    expect(taken.headers.get('x-content-type-options')).toBe('nosniff');
    expect(taken.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test.each([
    ['GET', '/slack/events', 405],
    ['POST', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/slack/events/x', 404],
    ['GET', '//evil.example', 404],
    ['HEAD', '/healthz', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    const web = await startWeb({ listeners: { slack: (_, response) => void response.end() } });
    const { got, body, allow } = await raw(web, method, path);
    expect(got).toBe(status);
    if (status === 404) expect(JSON.parse(body)).toMatchObject({ error: 'not_found' });
    if (status === 405) expect(allow).toBe(path === '/healthz' ? 'GET, HEAD' : 'POST');
    if (method === 'HEAD') expect(body).toBe('');
  });

  test('has no Slack path without a listener', async () => {
    const web = await startWeb();
    expect((await fetch(`${web.url}/slack/events`, { method: 'POST' })).status).toBe(404);
  });

  test('answers 500 without details when a listener throws', async () => {
    const slack = () => {
      throw new Error('a secret');
    };
    const web = await startWeb({ listeners: { slack } });
    const failed = await fetch(`${web.url}/slack/events`, { method: 'POST' });
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('secret');
  });

  test('counts requests by route, whatever the path, and what people do in Slack', async () => {
    const { createMetrics } = await import('../../src/web/metrics.ts');
    const metrics = createMetrics();
    const web = await startWeb({ metrics });
    await fetch(`${web.url}/healthz`);
    await fetch(`${web.url}/a/path/that/somebody/made/up`);
    metrics.handled({ kind: 'command', outcome: 'answered', ackSeconds: 0.002, totalSeconds: 0.4 });
    const scraped = await fetch(`${web.url}/metrics`);
    const text = await scraped.text();
    expect(scraped.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('crema_http_requests_total{route="/healthz",method="GET",status="200"} 1');
    expect(text).toContain('crema_http_requests_total{route="other",method="GET",status="404"} 1');
    expect(text).not.toContain('made');
    expect(text).toContain('crema_slack_requests_total{kind="command",outcome="answered"} 1');
    expect(text).toMatch(/crema_slack_ack_seconds_bucket\{le="0.005",kind="command"\} 1/);
    expect(text).toContain('crema_process_resident_memory_bytes');
  });

  test('says which port is taken and how to choose another', async () => {
    const web = await startWeb();
    await expect(startWeb({ port: web.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `port ${web.port} is already in use`,
      remedy: expect.stringContaining('PORT='),
    });
  });

  test('lets a running request end when it closes, and takes no new one', async () => {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const web = await startWeb({
      listeners: {
        slack: (_, response) => {
          entered.resolve();
          void finish.promise.then(() => response.end('done'));
        },
      },
    });
    await fetch(`${web.url}/healthz`);
    const running = fetch(`${web.url}/slack/events`, { method: 'POST' });
    await entered.promise;
    const closed = web.close();
    await expect(fetch(`${web.url}/healthz`)).rejects.toThrow();
    finish.resolve();
    expect(await (await running).text()).toBe('done');
    await closed;
  });

  test('does not wait for ever for a request that does not end', async () => {
    const web = await startWeb({ listeners: { slack: () => {} }, closeTimeoutMs: 20 });
    const running = fetch(`${web.url}/slack/events`, { method: 'POST' });
    const cut = expect(running).rejects.toThrow();
    await web.close();
    await cut;
  });

  test('refuses what is no HTTP', async () => {
    const web = await startWeb();
    const said = await new Promise<string>((resolve) => {
      const socket = connect(web.port, '127.0.0.1', () => socket.write('hello\r\n\r\n'));
      socket.once('data', (data) => resolve(String(data)));
    });
    expect(said).toMatch(/^HTTP\/1\.1 400/);
  });
});

/** A request with its path as it is: fetch would tidy it. */
function raw(web: WebServer, method: string, path: string) {
  return new Promise<{ got: number | undefined; body: string; allow: string | undefined }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: web.port, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ got: response.statusCode, body: Buffer.concat(chunks).toString(), allow: response.headers.allow }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
