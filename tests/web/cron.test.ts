import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { type CronOptions, createCronListener } from '../../src/web/cron.ts';
import { createWebServer } from '../../src/web/server.ts';

const types = ['hourly', 'daily'] as const;

async function served(overrides: Partial<CronOptions<(typeof types)[number]>> = {}) {
  const cron = createCronListener({
    ...{ secret: 'a long secret', types, now: () => '2026-11-20T08:00:00Z' },
    run: async (type) => ({ ok: true, message: `${type} done` }),
    ...overrides,
  });
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log: silentLog, ready: async () => ({}), listeners: { cron } },
  });
  onTestFinished(() => web.close());
  return async (query: string, authorization?: string, method = 'GET') => {
    const answer = await fetch(`${web.url}/api/cron/aggregate-metrics${query}`, {
      method,
      headers: authorization === undefined ? {} : { authorization },
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

const bearer = 'Bearer a long secret';

describe('runs by hand over HTTP', () => {
  test('are done for whoever bears the secret, and say what they came to', async () => {
    const ask = await served();
    expect(await ask('?type=daily', bearer)).toEqual({
      status: 200,
      body: { success: true, type: 'daily', timestamp: '2026-11-20T08:00:00Z', message: 'daily done' },
    });
    expect((await ask('?type=daily', 'bearer a long secret')).status).toBe(200);
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer a long secre',
    'Bearer a long secret2',
    'Basic a long secret',
    'a long secret',
  ])('are refused to %j without a word of the secret', async (authorization) => {
    let ran = 0;
    const ask = await served({ run: async () => ({ ok: true, message: String(++ran) }) });
    const { status, body } = await ask('?type=daily', authorization);
    expect([status, body.success, ran]).toEqual([401, false, 0]);
    expect(JSON.stringify(body)).not.toContain('long secret');
  });

  test('are not to be had where no secret is set, whatever is sent', async () => {
    const ask = await served({ secret: undefined });
    for (const authorization of [undefined, 'Bearer ', 'Bearer undefined', bearer])
      expect((await ask('?type=daily', authorization)).status).toBe(503);
  });

  test('of a type there is not are refused with those there are', async () => {
    const ask = await served();
    for (const query of ['', '?type=', '?type=yearly', '?type=toString'])
      expect(await ask(query, bearer)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('hourly, daily') },
      });
  });

  test('that fail say so', async () => {
    const ask = await served({ run: async () => ({ ok: false, message: 'drain failed: no disk' }) });
    expect(await ask('?type=hourly', bearer)).toMatchObject({
      status: 500,
      body: { success: false, message: 'drain failed: no disk' },
    });
    const broken = await served({ run: () => Promise.reject(new Error('a secret place')) });
    const answer = await broken('?type=hourly', bearer);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('secret place');
  });

  test('at the same time share the work; the next call works again', async () => {
    let ran = 0;
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const ask = await served({
      run: async () => {
        ran += 1;
        await finished;
        return { ok: true, message: `run ${ran}` };
      },
    });
    const both = [ask('?type=hourly', bearer), ask('?type=hourly', bearer)];
    // Both are there long before: a slow machine must not let the second one come after the end of the first.
    setTimeout(finish, 1_000);
    expect((await Promise.all(both)).map(({ body }) => body.message)).toEqual(['run 1', 'run 1']);
    expect((await ask('?type=hourly', bearer)).body.message).toBe('run 2');
  });

  test('that take longer than callers wait go on behind the answer', async () => {
    let done = false;
    const ask = await served({
      patienceMs: 20,
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        done = true;
        return { ok: true, message: '' };
      },
    });
    expect(await ask('?type=hourly', bearer)).toMatchObject({ status: 202, body: { success: true } });
    expect(done).toBe(false);
  });

  test('are started by GET alone', async () => {
    let ran = 0;
    const ask = await served({ run: async () => ({ ok: true, message: String(++ran) }) });
    for (const method of ['HEAD', 'POST']) expect((await ask('?type=hourly', bearer, method)).status).toBe(405);
    expect(ran).toBe(0);
  });
});
