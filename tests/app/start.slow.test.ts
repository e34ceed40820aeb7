import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp } from '../../src/app/start.ts';
import { parseConfig } from '../../src/config/config.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
const clock = fixedClock('2026-11-20T08:00:00Z');
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-start-'));
  // As root, PostgreSQL's own user has to pass through to the homes below.
  await chmod(home, 0o755);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const start = (env: Record<string, string> = {}, config = '') =>
  startApp({
    environment: { ...readEnvironment({ DATABASE_URL: database.url, PORT: '0', CREMA_HOME: home, ...env }), port: 0 },
    config: parseConfig(config, 'crema.yaml'),
    configPresent: config !== '',
    tenant: 'default',
    clock,
    log: silentLog,
  });

describe('the running bot', () => {
  test('serves health, readiness and metrics without Slack, and stops', async () => {
    const app = await start();
    const get = (page: string) => fetch(`${app.url}${page}`);
    expect((await get('/healthz')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ checks: { database: 'ok', migrations: 'ok' } });
    expect(await (await get('/metrics')).text()).toContain('crema_');
    expect((await get('/nothing')).status).toBe(404);
    await app.stop();
    await expect(get('/healthz')).rejects.toThrow();
  });

  test('takes over changed people and targets on reload', async () => {
    const app = await start({}, 'people: [{name: Eve, slack: U1, role: executive}]');
    const people = () => database.db.query({ text: 'select name from ops.people order by name', values: [] } as never);
    expect(await people()).toEqual([{ name: 'Eve' }]);
    await app.reload(parseConfig('people: [{name: Adam, slack: U2, role: owner}]', 'crema.yaml'));
    expect(await people()).toEqual([{ name: 'Adam' }]);
    await app.stop();
  });

  test('says which port is in use and how to choose another', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, resolve));
    const port = (taken.address() as AddressInfo).port;
    const ran = await runCrema(['start'], { DATABASE_URL: database.url, PORT: String(port), CREMA_HOME: home });
    expect(ran.code).toBe(1);
    expect(ran.note).toContain(String(port));
    expect(ran.note).toContain('PORT');
    taken.close();
  });

  test('says which port the console of the demo needs, before it makes any data', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = (taken.address() as AddressInfo).port;
    const env = { DATABASE_URL: database.url, CREMA_HOME: home };
    const busy = await runCrema(['demo'], { ...env, PORT: String(port - 1) });
    expect(busy).toMatchObject({ code: 1, note: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(busy.note).toContain('PORT=4000');
    expect((await runCrema(['demo'], { ...env, PORT: '65535' })).note).toContain('127.0.0.1:65536');
    taken.close();
  });

  test('says that Slack is unreachable, and where it looked', async () => {
    const ran = await runCrema(['start'], {
      DATABASE_URL: database.url,
      PORT: '0',
      CREMA_HOME: home,
      SLACK_BOT_TOKEN: 'xoxb-very-secret',
      SLACK_SIGNING_SECRET: 'hush-hush',
      SLACK_API_URL: 'http://127.0.0.1:1/api/',
    });
    expect(ran.code).toBe(1);
    expect(ran.note).toContain('127.0.0.1:1');
    expect(ran.note).not.toMatch(/very-secret|hush-hush/);
  });

  test('asks for the signing secret when only the token is there', async () => {
    const ran = await runCrema(['start'], {
      DATABASE_URL: database.url,
      PORT: '0',
      CREMA_HOME: home,
      SLACK_BOT_TOKEN: 'xoxb-1',
    });
    expect(ran).toMatchObject({ code: 2, note: expect.stringContaining('SLACK_SIGNING_SECRET') });
  });

  test('a folder serves one bot: the second is told so, while questions from the command line go on', async () => {
    const env = { CREMA_HOME: path.join(home, 'own'), PORT: '0' };
    let stopped: () => void = () => undefined;
    const first = runCrema(
      ['start'],
      env,
      () =>
        new Promise((resolve) => {
          stopped = resolve;
          up();
        }),
    );
    let up: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      up = resolve;
    });
    const second = await runCrema(['start'], env);
    expect(second.code).toBe(1);
    expect(second.note).toContain('already running');
    expect(second.note).toContain('CREMA_HOME');
    expect((await runCrema(['kpi', 'list'], env)).code).toBe(0);
    expect((await runCrema(['kpi', 'tickets'], env)).code).toBe(3);
    stopped();
    expect((await first).code).toBe(0);
    expect((await runCrema(['kpi', 'tickets'], env)).code).toBe(3);
  });
});
