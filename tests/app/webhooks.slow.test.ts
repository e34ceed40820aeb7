import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp } from '../../src/app/start.ts';
import { parseConfig } from '../../src/config/config.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { applyWebhooks } from '../../src/sync/webhooks/apply.ts';
import { signWebhook } from '../../src/sync/webhooks/signature.ts';
import { useDatabase } from '../database.ts';
import { type Sent, send } from '../sync/webhooks/sending.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
const clock = fixedClock('2026-11-20T18:00:00Z');
const configText = (secret: string) => `
tenants:
  default:
    sources:
      crm: {kind: chat-crm, url: "https://crm.example.com", key: k, webhook_secret: ${secret}}
      polled: {kind: chat-crm, url: "https://crm.example.com", key: k}
`;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-webhooks-'));
  await chmod(home, 0o755);
  await writeFile(path.join(home, 'crema.yaml'), configText('hush'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const webhooks = (...more: string[]) =>
  runCrema(['webhooks', ...more, '--config', path.join(home, 'crema.yaml')], {
    ...{ DATABASE_URL: database.url, CREMA_HOME: home },
  });

describe('the running bot', () => {
  test('applies what is sent to a source with a secret, and takes over a new secret on reload', async () => {
    const app = await startApp({
      environment: { ...readEnvironment({ DATABASE_URL: database.url, PORT: '0', CREMA_HOME: home }), port: 0 },
      config: parseConfig(configText('hush'), 'crema.yaml'),
      configPresent: true,
      tenant: 'default',
      clock,
      log: silentLog,
    });
    try {
      const post = async (id: string, secret: string, to = 'crm') => {
        const body = JSON.stringify({ id, type: 'ticket.created', occurred_at: '2026-11-20T12:00:00Z', data: { id } });
        const seconds = String(Math.floor(Temporal.Now.instant().epochMilliseconds / 1000));
        const headers = { 'x-crema-timestamp': seconds, 'x-crema-signature': signWebhook(secret, seconds, body) };
        return (await fetch(`${app.url}/webhooks/${to}`, { method: 'POST', body, headers })).status;
      };
      expect(await post('t1', 'hush')).toBe(202);
      expect(await post('t1', 'hush', 'polled')).toBe(404);
      const [ticket, day] = [sql`select id from crm.tickets`, sql`select tickets from mart.ticket_created_daily`];
      await expect.poll(() => database.db.query(ticket), { timeout: 20_000 }).toEqual([{ id: 't1' }]);
      await expect.poll(() => database.db.query(day), { timeout: 20_000 }).toEqual([{ tickets: 1 }]);
      expect(await (await fetch(`${app.url}/metrics`)).text()).toContain(
        'crema_webhook_events_settled_total{outcome="applied"} 1',
      );
      await app.reload(parseConfig(configText('[louder, hush]'), 'crema.yaml'));
      expect([await post('t2', 'louder'), await post('t3', 'hush')]).toEqual([202, 202]);
      await app.reload(parseConfig(configText('louder'), 'crema.yaml'));
      expect([await post('t4', 'louder'), await post('t5', 'hush')]).toEqual([202, 401]);
    } finally {
      await app.stop();
    }
    await database.db.run(sql`delete from ops.webhook_events`);
  });
});

describe('crema webhooks', () => {
  test('says when nothing has come to a source that may send', async () => {
    const { code, out } = await webhooks();
    expect([code, out]).toEqual([0, 'crm: nothing came to /webhooks/crm yet\n']);
  });

  test('lists events by state, what waits, and reasons', async () => {
    const [row] = await database.db.query<{ tenant_id: number }>(sql`select tenant_id from ops.tenants`);
    const to = { tenantId: row!.tenant_id, source: 'crm' };
    const events: Sent[] = [
      { id: 'a', type: 'ticket.created', minute: 1, data: { id: 't9' } },
      { id: 'b', type: 'message.status', minute: 2, data: { id: 'm1', status: 'read' } },
      { id: 'c', type: 'message.created', minute: 3, data: { id: 'm2', direction: 'sideways' } },
      { id: 'd', type: 'contact.merged', minute: 4, data: { id: 'c1' } },
    ];
    await send(database.db, to, clock, events);
    await applyWebhooks(database.db, { tenantId: to.tenantId, timezone: 'UTC' }, clock);
    await send(database.db, to, clock, [{ id: 'e', type: 'contact.created', minute: 5, data: { id: 'c1' } }]);
    const { code, out } = await webhooks();
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'crm: 1 applied, 1 stored, 1 waiting, 1 ignored, 1 rejected; last received 2026-11-20T18:00:00Z',
      '  to be applied since 2026-11-20T18:00:00Z',
      '  waiting since 2026-11-20T18:00:00Z: message.status about m1, which nobody has described',
      '',
      expect.stringMatching(/^crm: 1 rejected \(message.created\): direction .*; last c at 2026-11-20T18:00:00Z$/),
      'crm: 1 ignored (contact.merged): no type that is known; last d at 2026-11-20T18:00:00Z',
      '',
    ]);
    expect(JSON.parse((await webhooks('--json')).out)).toMatchObject({
      sources: [{ source: 'crm', states: { applied: 1, waiting: 1 }, oldestWaiting: { objectId: 'm1' } }],
      troubles: [{ state: 'rejected' }, { state: 'ignored', lastEventId: 'd' }],
      silent: [],
    });
  });
});
