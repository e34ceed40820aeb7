import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sql from 'sql-template-tag';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { later, runNow, sourceAt, syncDeps } from './harness.ts';

const database = useDatabase();
let tenantId = 0;
let tenants = 0;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${tenants++}`);
});

interface Told {
  id: string;
  at: string;
  direction?: string;
  status?: string;
}

/** A CRM of chats and campaigns that a test writes by hand. */
async function startChats() {
  const crm = {
    url: '',
    calls: [] as string[],
    chats: new Map<string, Told[]>(),
    campaigns: [] as { campaign_id: string; name: string; status: string }[],
    reports: new Map<string, object>(),
    odd: (_path: string): object | undefined => undefined,
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    crm.calls.push(
      `${url.pathname.replace('/crm/', '')}${url.searchParams.has('page') ? ` ${url.searchParams.get('page')}` : ''}`,
    );
    const [page, limit] = [Number(url.searchParams.get('page') ?? 1), Number(url.searchParams.get('limit') ?? 20)];
    const cut = <T>(list: readonly T[]) => list.slice((page - 1) * limit, page * limit);
    const answer = (): [number, object] => {
      const odd = crm.odd(url.pathname);
      if (odd) return [200, odd];
      if (url.pathname === '/crm/chat') {
        const ids = [...crm.chats.keys()];
        return [
          200,
          {
            success: true,
            data: cut(ids).map((chat_id) => ({ chat_id })),
            pagination: { page, limit, total: ids.length },
          },
        ];
      }
      if (url.pathname === '/crm/campaign')
        return [200, { success: true, data: crm.campaigns, count: crm.campaigns.length, page: 1, rows: 20 }];
      const [, campaign] = /^\/crm\/campaign\/([^/]+)\/report$/.exec(url.pathname) ?? [];
      if (campaign !== undefined) return [200, crm.reports.get(campaign) ?? { success: false }];
      const [, chat] = /^\/crm\/chat\/([^/]+)\/messages$/.exec(url.pathname) ?? [];
      const messages = crm.chats.get(chat ?? '');
      if (!messages) return [404, { success: false, error: { code: 'NOT_FOUND', message: 'nothing' } }];
      const told = cut(messages).map(({ id, at, direction = 'inbound', status = 'received' }) => ({
        message_id: id,
        type: 'text',
        content: `text of ${id}`,
        direction,
        status,
        timestamp: at,
      }));
      return [200, { success: true, data: { messages: told, pagination: { page, limit, total: messages.length } } }];
    };
    const [status, body] = answer();
    response.sendDate = false;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  crm.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = fixedClock('2026-11-20T08:00:00Z');
  return { crm, clock, deps: syncDeps(database.db, tenantId, clock), source: sourceAt(crm.url) };
}

const minutes = (from: string, count: number, prefix = 'm'): Told[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${index}`,
    at: Temporal.Instant.from(from).add({ minutes: index }).toString(),
  }));

async function messageCount(): Promise<number> {
  const [row] = await database.db.query<{ count: number }>(sql`
    select count(*)::int as count from crm.messages where tenant_id = ${tenantId}`);
  return row!.count;
}

const report = (delivered: number) => ({
  campaign_id: 'k-1',
  metrics: { total_recipients: 10, delivered, read: 3, replied: 1, failed: 1 },
  delivery_rate: '91.4%',
});

describe('messages of a chat', () => {
  test('are read page by page, and later only from the last page on', async () => {
    const { crm, clock, deps, source } = await startChats();
    crm.chats.set('c-1', minutes('2026-11-19T00:00:00Z', 250));
    await runNow(deps, source, 'contacts');
    crm.calls.length = 0;
    await runNow(deps, source, 'messages', { full: true });
    expect(crm.calls).toEqual(['chat/c-1/messages 1', 'chat/c-1/messages 2', 'chat/c-1/messages 3']);
    expect(await messageCount()).toBe(250);
    crm.chats.get('c-1')?.push({ id: 'new', at: '2026-11-20T08:30:00Z' });
    later(clock, { hours: 2 });
    crm.calls.length = 0;
    expect(await runNow(deps, source, 'messages')).toMatchObject({ stored: { inserted: 1, unchanged: 50 } });
    expect(crm.calls).toEqual(['chat/c-1/messages 3']);
  });

  test('are read again where a status may still change, until it does not any more', async () => {
    const { crm, clock, deps, source } = await startChats();
    const chat = minutes('2026-11-19T22:00:00Z', 150);
    chat[20] = { ...chat[20]!, direction: 'outbound', status: 'sent' };
    crm.chats.set('c-1', chat);
    await runNow(deps, source, 'contacts');
    await runNow(deps, source, 'messages', { full: true });
    const visit = async () => {
      later(clock, { hours: 2 });
      crm.calls.length = 0;
      const { stored } = await runNow(deps, source, 'messages');
      return { calls: [...crm.calls], updated: stored.updated };
    };
    const both = ['chat/c-1/messages 1', 'chat/c-1/messages 2'];
    expect(await visit()).toEqual({ calls: both, updated: 0 });
    chat[20] = { ...chat[20]!, status: 'read' };
    expect(await visit()).toEqual({ calls: both, updated: 1 });
    expect(await visit()).toEqual({ calls: ['chat/c-1/messages 2'], updated: 0 });
  });

  test('say nothing about who wrote an outbound one, and leave what a webhook said about it', async () => {
    const { crm, deps, source, clock } = await startChats();
    crm.chats.set('c-1', [
      { id: 'm-1', at: '2026-11-19T10:00:00Z' },
      { id: 'm-2', at: '2026-11-19T10:01:00Z', direction: 'outbound', status: 'sent' },
      { id: 'm-3', at: '2026-11-19T10:02:00Z', direction: 'outbound', status: 'sent' },
    ]);
    await runNow(deps, source, 'contacts');
    await database.db.tx((tx) =>
      writeRecords(tx, { tenant: { tenantId, timezone: 'UTC' }, at: clock.now() }, [
        {
          entity: 'message',
          source: 'crm',
          partial: true,
          version: 'time',
          records: [
            {
              version: Temporal.Instant.from('2026-11-19T10:01:00Z').epochMilliseconds * 1000,
              values: {
                id: 'm-2',
                direction: 'outbound',
                sent_at: '2026-11-19T10:01:00Z',
                sender_kind: 'operator',
                operator_id: 'op-1',
                status: 'sent',
              },
            },
          ],
        },
      ]),
    );
    crm.chats.get('c-1')![1]!.status = 'delivered';
    await runNow(deps, source, 'messages', { full: true });
    const rows = await database.db.query<object>(sql`
      select id, sender_kind, operator_id, status from crm.messages where tenant_id = ${tenantId} order by id`);
    expect(rows).toEqual([
      { id: 'm-1', sender_kind: 'contact', operator_id: null, status: 'received' },
      { id: 'm-2', sender_kind: 'operator', operator_id: 'op-1', status: 'delivered' },
      { id: 'm-3', sender_kind: null, operator_id: null, status: 'sent' },
    ]);
  });

  test('of a chat that lost some, or of pages meant for another place, are read anew', async () => {
    const { crm, clock, deps, source } = await startChats();
    const chat = minutes('2026-11-19T00:00:00Z', 230);
    crm.chats.set('c-1', chat);
    await runNow(deps, source, 'contacts');
    // Once, page 2 shows what belongs to page 1.
    let wrong = 1;
    crm.odd = (path) => {
      if (!path.endsWith('/messages') || !crm.calls.at(-1)?.endsWith(' 2') || wrong-- <= 0) return undefined;
      const told = chat.slice(0, 100).map(({ id, at }) => ({ message_id: id, direction: 'inbound', timestamp: at }));
      return { success: true, data: { messages: told, pagination: { page: 2, limit: 100, total: 230 } } };
    };
    await runNow(deps, source, 'messages', { full: true });
    expect(await messageCount()).toBe(230);
    chat.splice(0, 120);
    chat.push(...minutes('2026-11-20T08:10:00Z', 2, 'late'));
    later(clock, { hours: 3 });
    crm.calls.length = 0;
    await runNow(deps, source, 'messages');
    expect(crm.calls).toEqual(['chat/c-1/messages 3', 'chat/c-1/messages 1', 'chat/c-1/messages 2']);
    expect(await messageCount()).toBe(232);
  });

  test('are as of the chat that was not read for the longest time, once all were read', async () => {
    const { crm, clock, deps, source } = await startChats();
    const asOf = async () => {
      const [row] = await database.db.query<{ as_of: Temporal.Instant | null }>(sql`
        select as_of from ops.streams where tenant_id = ${tenantId} and stream = 'message'`);
      return row?.as_of?.toString() ?? null;
    };
    // A plan with few calls: 72 wanted a day of 57, so a run of five minutes may make one.
    const few = sourceAt(crm.url, { quota: { per_minute: 60, per_day: 700 } });
    for (const id of ['c-1', 'c-2', 'c-3']) crm.chats.set(id, minutes('2026-11-19T00:00:00Z', 3, id));
    await runNow(deps, source, 'contacts');
    const one = () => runNow(deps, few, 'messages', { now: false });
    for (const expected of [null, null, '2026-11-20T08:00:00Z']) {
      await one();
      expect(await asOf()).toBe(expected);
      later(clock, { minutes: 5 });
    }
    // A chat that begins now has nothing from before the last complete list of contacts.
    crm.chats.set('c-4', minutes('2026-11-20T08:16:00Z', 1, 'c-4'));
    await runNow(deps, source, 'contacts');
    later(clock, { hours: 2 });
    expect((await one()).stored.inserted).toBe(1);
    expect(await asOf()).toBe('2026-11-20T08:00:00Z');
    for (let run = 0; run < 3; run++) await one();
    // Of the chats 10:15, but contacts were listed at 08:15.
    expect(await asOf()).toBe('2026-11-20T08:15:00Z');
  });
});

describe('reports', () => {
  test('in both layouts become snapshots: hourly while a campaign runs, then until nothing changes', async () => {
    const { crm, clock, deps, source } = await startChats();
    crm.campaigns.push(
      { campaign_id: 'k-1', name: 'Spring', status: 'in_progress' },
      { campaign_id: 'k-2', name: 'Draft', status: 'draft' },
    );
    crm.reports.set('k-1', { success: true, data: report(5) });
    const run = async () => {
      await runNow(deps, source, 'campaigns');
      crm.calls.length = 0;
      await runNow(deps, source, 'reports', { now: false });
      return crm.calls.length;
    };
    expect(await run()).toBe(1);
    later(clock, { minutes: 10 });
    expect(await run()).toBe(0);
    later(clock, { minutes: 50 });
    crm.reports.set('k-1', { success: true, ...report(6) });
    expect(await run()).toBe(1);
    // It ends: at once a last snapshot, and one a day until two are alike.
    crm.campaigns[0]!.status = 'completed';
    crm.reports.set('k-1', { success: true, ...report(8) });
    later(clock, { minutes: 10 });
    expect(await run()).toBe(1);
    later(clock, { minutes: 10 });
    expect(await run()).toBe(0);
    crm.reports.set('k-1', { success: true, data: report(9) });
    const daily = [];
    for (let day = 0; day < 4; day++) {
      later(clock, { hours: 24 });
      daily.push(await run());
    }
    expect(daily).toEqual([1, 1, 0, 0]);
    const rows = await database.db.query<{ at: Temporal.Instant; delivered: number }>(sql`
      select at, delivered, recipients, read, replied, failed from crm.campaign_reports where tenant_id = ${tenantId} order by at`);
    expect(rows.map(({ delivered }) => delivered)).toEqual([5, 6, 8, 9, 9]);
    expect(rows[0]).toMatchObject({ recipients: 10, read: 3, replied: 1, failed: 1 });
  });

  test('are as of the oldest running campaign: one that is only looked at for stragglers makes nothing look old', async () => {
    const { crm, clock, deps, source } = await startChats();
    const asOf = async () => {
      const [row] = await database.db.query<{ as_of: Temporal.Instant | null }>(sql`
        select as_of from ops.streams where tenant_id = ${tenantId} and stream = 'campaign_report'`);
      return row?.as_of?.toString();
    };
    const run = async () => {
      await runNow(deps, source, 'campaigns');
      // A run may make one call.
      for (let runs = 0; runs < 3; runs++) await runNow(deps, source, 'reports', { now: false });
      return asOf();
    };
    for (const id of ['k-1', 'k-2']) crm.campaigns.push({ campaign_id: id, name: id, status: 'in_progress' });
    for (const id of ['k-1', 'k-2']) crm.reports.set(id, { success: true, data: { ...report(2), campaign_id: id } });
    await run();
    crm.campaigns[0]!.status = 'completed';
    later(clock, { hours: 1 });
    const ended = clock.now().toString();
    // The first look after its end is a whole one.
    expect(await run()).toBe(ended);
    later(clock, { hours: 3 });
    // The next look at the ended one is due in 21 hours; the running one was read now.
    expect(await run()).toBe(clock.now().toString());
  });

  test('that one campaign has none of, or in a shape of its own, do not keep the others from being read', async () => {
    const { crm, deps, source } = await startChats();
    for (const id of ['k-1', 'k-2', 'k-3']) crm.campaigns.push({ campaign_id: id, name: id, status: 'active' });
    crm.reports.set('k-1', { success: true, data: { campaign_id: 'k-1', metrics: { delivered: 'many' } } });
    for (const id of ['k-2', 'k-3']) crm.reports.set(id, { success: true, data: { ...report(2), campaign_id: id } });
    await runNow(deps, source, 'campaigns');
    await expect(runNow(deps, source, 'reports')).rejects.toThrow(/^crm:reports campaign k-1: status 200, /);
    const rows = await database.db.query<object>(sql`
      select campaign_id from crm.campaign_reports where tenant_id = ${tenantId} order by campaign_id`);
    expect(rows).toEqual([{ campaign_id: 'k-2' }, { campaign_id: 'k-3' }]);
  });

  test('a list of campaigns that is shorter than it says is not taken as complete', async () => {
    const { crm, deps, source } = await startChats();
    crm.campaigns.push({ campaign_id: 'k-1', name: 'Spring', status: 'active' });
    crm.odd = (path) =>
      path === '/crm/campaign' ? { success: true, data: crm.campaigns, count: 21, page: 1, rows: 20 } : undefined;
    const { outcome, notes } = await runNow(deps, source, 'campaigns');
    expect(outcome).toBe('drifting');
    expect(notes).toEqual(['the source counts 21 entries, its pages show 1; not taken as complete']);
  });
});
