import sql from 'sql-template-tag';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { applyWebhooks } from '../../src/sync/webhooks/apply.ts';
import { createWebServer } from '../../src/web/server.ts';
import { createWebhookRoute } from '../../src/web/webhooks.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { startCrm } from '../sandbox/crm/harness.ts';

const database = useDatabase();

test('everything the simulated CRM tells is applied, ignored for its type, or rejected for its form', async () => {
  const { db } = database;
  const tenantId = await makeTenant(db);
  const tenant = { tenantId, timezone: 'UTC' };
  let now = Temporal.Instant.from('2000-01-01T00:00:00Z');
  const clock = { now: () => now };
  const crmSource = { tenantId, source: 'crm', secrets: [new Secret('hush')] };
  const webhooks = createWebhookRoute({
    ...{ db, clock, log: silentLog, observe: () => undefined, onStored: () => undefined },
    sources: () => new Map([['crm', crmSource]]),
  });
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log: silentLog, listeners: {}, webhooks, ready: async () => ({}) },
  });
  onTestFinished(() => web.close());
  const webhook = {
    url: `${web.url}/webhooks/crm`,
    secret: 'hush',
    retryMs: [1, 2],
    heartbeat: ['message', 'contact'],
  };
  const { crm, clock: theirs } = await startCrm({ from: '2026-08-01', contacts: 400, webhook });
  const from = theirs.now();
  crm.webhooks()!.setTrouble({ duplicate: 0.2, disorder: 0.3, wrongSignature: 0.1, malformed: 0.1, unknownType: 0.1 });
  theirs.set(from.add({ hours: 6 }));
  now = theirs.now();
  crm.tick();
  await crm.webhooks()!.drained();
  const told = crm.events(from, theirs.now());
  await applyWebhooks(db, tenant, clock);

  const events = await db.query<{ event_id: string; type: string; state: string; reason: string | null }>(sql`
    select event_id, type, state, reason from ops.webhook_events where tenant_id = ${tenantId}`);
  const stateOf = new Map(events.map((event) => [event.event_id, event]));
  for (const { id, type } of told) {
    const { state, reason } = stateOf.get(id)!;
    // Messages and campaigns from before the first event were never described.
    if (state === 'waiting') expect(['message.status', 'campaign.status']).toContain(type);
    else expect([id, state, reason]).toEqual([id, 'applied', null]);
  }
  const others = events.filter(({ event_id }) => !told.some(({ id }) => id === event_id));
  expect(new Set(others.map(({ state }) => state))).toEqual(new Set(['ignored', 'rejected']));
  const messages = told.filter(({ type }) => type === 'message.created');
  const [stored] = await db.query<{ messages: number }>(sql`
    select count(*)::int as messages from crm.messages where tenant_id = ${tenantId}`);
  expect(stored).toEqual({ messages: messages.length });
});
