import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import type { ClientLimits } from '../../src/sources/chat-crm/client.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { startCrm } from '../sandbox/crm/harness.ts';
import { later, runNow, sourceAt, syncDeps } from './harness.ts';
import { startModel } from './model-server.ts';

const database = useDatabase();
let tenantId = 0;
let tenants = 0;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${tenants++}`);
});

async function countContacts(): Promise<number> {
  const [row] = await database.db.query<{ count: number }>(sql`
    select count(*)::int as count from crm.contacts where tenant_id = ${tenantId} and deleted_at is null`);
  return row!.count;
}

async function stateOf(stream: string) {
  const [row] = await database.db.query<{ error: string | null; error_code: string | null; page: number | null }>(sql`
    select error, error_code, (cursor ->> 'page')::int as page from ops.sync_state
    where tenant_id = ${tenantId} and stream = ${stream}`);
  return row;
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `c-${index + 1}`);

async function setup(contacts: number, limits: ClientLimits = {}) {
  const model = await startModel(ids(contacts));
  const clock = fixedClock('2026-11-20T08:00:00Z');
  return { model, clock, deps: syncDeps(database.db, tenantId, clock), source: sourceAt(model.url, {}, limits) };
}

/** What the model answers to the nth call of the list. */
const answers = (
  model: Awaited<ReturnType<typeof startModel>>,
  odd: Record<number, ReturnType<typeof model.before>>,
) => {
  let calls = 0;
  model.before = (path) => (path === '/crm/chat' ? odd[++calls] : undefined);
};

describe('an answer that is none', () => {
  const page = (status: number, body: string, headers?: Record<string, string>) => ({
    status,
    body,
    ...(headers ? { headers } : {}),
  });

  test.each([
    [
      'a key that is not accepted',
      page(401, '{"success":false,"developer_message":"key not accepted"}'),
      'SOURCE_KEY',
      'crm:contacts page 2: status 401, the key is not accepted; a new one is needed',
      1,
    ],
    [
      'a key that is refused with a good status',
      page(200, '{"success":false,"developer_message":"key not accepted"}'),
      'SOURCE_KEY',
      'crm:contacts page 2: status 200, yet it failed: key not accepted',
      1,
    ],
    [
      'a page of HTML',
      page(200, '<html><title>One moment</title><script>var a = 1</script><h1>Checking</h1></html>', {
        'content-type': 'text/html',
      }),
      'SOURCE_SHAPE',
      'crm:contacts page 2: status 200, an HTML page instead of JSON: "One moment Checking"',
      1,
    ],
    [
      'a page of HTML that echoes the key',
      page(200, '<html>sandbox-key is wrong</html>'),
      'SOURCE_SHAPE',
      'crm:contacts page 2: status 200, an HTML page instead of JSON: "[secret] is wrong"',
      1,
    ],
    [
      'another address to go to',
      page(302, '', { location: 'https://elsewhere.example.com/login' }),
      'SOURCE_REFUSED',
      'crm:contacts page 2: status 302, sent on to another address instead of answered',
      1,
    ],
    [
      'a refusal',
      page(422, '{"success":false,"error":{"code":"VALIDATION_ERROR","message":"request refused"}}'),
      'SOURCE_REFUSED',
      'crm:contacts page 2: status 422, request refused (VALIDATION_ERROR)',
      1,
    ],
    [
      'an error in the other shape',
      page(500, '{"success":false,"title":"oops"}'),
      'SOURCE_TROUBLE',
      'crm:contacts page 2: status 500, "{"success":false,"title":"oops"}"',
      3,
    ],
    [
      'a failure with a good status',
      page(200, '{"success":false,"error":{"code":"INTERNAL_ERROR","message":"something went wrong"}}'),
      'SOURCE_TROUBLE',
      'crm:contacts page 2: status 200, yet it failed: something went wrong (INTERNAL_ERROR)',
      3,
    ],
    [
      'a failure that says why in its data',
      page(200, '{"success":false,"data":"come back later"}'),
      'SOURCE_TROUBLE',
      'crm:contacts page 2: status 200, yet it failed: come back later',
      3,
    ],
    [
      'JSON that breaks off',
      page(200, '{"success":true,"data":[{"chat_id":"c-'),
      'SOURCE_TROUBLE',
      'crm:contacts page 2: status 200, not JSON: "{"success":true,"data":[{"chat_id":"c-"',
      3,
    ],
    [
      'an empty answer',
      page(200, ''),
      'SOURCE_TROUBLE',
      'crm:contacts page 2: status 200, not JSON: an empty answer',
      3,
    ],
    [
      'JSON of another shape',
      page(200, '{"success":true,"data":{"items":[]}}'),
      'SOURCE_SHAPE',
      'crm:contacts page 2: status 200, data: Invalid input: expected array, received object',
      1,
    ],
    [
      'an answer without end',
      page(200, JSON.stringify('x'.repeat(70_000))),
      'SOURCE_SHAPE',
      'crm:contacts page 2: status 200, an answer of more than 65536 bytes',
      1,
    ],
  ])(
    '%s: the page is named, what came before is kept, and the next run goes on',
    async (_, odd, code, message, calls) => {
      const { model, deps, source } = await setup(250, { attempts: 3, maxBytes: 65_536 });
      answers(model, Object.fromEntries(Array.from({ length: 3 }, (_unused, index) => [index + 2, odd])));
      const error = await runNow(deps, source, 'contacts').then(
        () => undefined,
        (reason: unknown) => reason as { code: string; message: string; remedy: string },
      );
      expect(error).toMatchObject({ code, message });
      expect(`${error?.message} ${error?.remedy}`).not.toContain('sandbox-key');
      expect(model.calls).toHaveLength(1 + calls);
      expect(await countContacts()).toBe(100);
      expect(await stateOf('contacts')).toEqual({ error: message, error_code: code, page: 2 });

      model.before = () => undefined;
      model.calls.length = 0;
      expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole', stored: { inserted: 150 } });
      expect(model.calls).toEqual(['/crm/chat?page=2&limit=100', '/crm/chat?page=3&limit=100']);
      expect(await countContacts()).toBe(250);
      expect(await stateOf('contacts')).toEqual({ error: null, error_code: null, page: null });
    },
  );

  test('a server that hangs, drops the connection or is not there', async () => {
    const { crm, clock } = await startCrm();
    const deps = syncDeps(database.db, tenantId, clock);
    const source = sourceAt(crm.url, {}, { timeoutMs: 150, attempts: 2 });
    crm.faults.plan({ kind: 'hang', times: 2 });
    await expect(runNow(deps, source, 'contacts')).rejects.toThrow(
      'crm:contacts page 1: no whole answer within 0.15 s',
    );
    crm.faults.plan({ kind: 'lost-answer', times: 2 });
    await expect(runNow(deps, source, 'contacts')).rejects.toThrow('crm:contacts page 1: the connection failed: ');
    await expect(runNow(deps, sourceAt('http://127.0.0.1:9', {}, { attempts: 1 }), 'campaigns')).rejects.toThrow(
      'crm:campaigns page 1: the connection failed: ',
    );
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole' });
  });

  test('one bad answer between good ones is not noticed but for the wait', async () => {
    const { crm, clock } = await startCrm();
    const deps = syncDeps(database.db, tenantId, clock);
    const source = sourceAt(crm.url, {}, { timeoutMs: 500 });
    for (const kind of ['truncated', 'not-success', 'lost-answer'] as const) crm.faults.plan({ kind });
    crm.faults.plan({ kind: 'status', status: 503 });
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole', calls: 5 });
    // Twice as long each time, the longest that full jitter allows.
    expect(deps.waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  test('pages given twice or shifted are looked at again', async () => {
    for (const fault of [{ kind: 'duplicate-page' }, { kind: 'shifted-page', by: 3 }] as const) {
      tenantId = await makeTenant(database.db, `t${tenants++}`);
      const { crm, clock } = await startCrm({ contacts: 400 });
      const deps = syncDeps(database.db, tenantId, clock);
      crm.faults.plan({ ...fault, path: '/crm/chat' });
      crm.faults.plan({ kind: 'duplicate-page', path: '/crm/none' });
      const source = sourceAt(crm.url);
      const at = clock.now();
      // The first page has none before it: the fault is spent on the second.
      const result = await runNow(deps, source, 'contacts');
      expect(result.outcome).toBe('whole');
      expect(await countContacts()).toBe([...crm.truth(at).rows('contact')].length);
    }
  });
});

describe('limits', () => {
  test('Retry-After wins, in seconds and as a date, and holds for every process', async () => {
    const { model, clock, deps, source } = await setup(10);
    answers(model, {
      1: { status: 429, body: '{"success":false}', headers: { 'retry-after': '20' } },
      2: { status: 503, body: 'busy', headers: { 'retry-after': 'Fri, 20 Nov 2026 08:00:50 GMT' } },
    });
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole', calls: 3 });
    expect(deps.waits).toEqual([20_000, 30_000]);
    expect(clock.now().toString()).toBe('2026-11-20T08:00:50Z');

    model.calls.length = 0;
    answers(model, { 1: { status: 429, body: '{"success":false}', headers: { 'retry-after': '3600' } } });
    const refused = await runNow(deps, source, 'contacts');
    expect(refused).toMatchObject({ outcome: 'quota', notes: ['crm:contacts page 1: status 429, too many calls'] });
    // Another stream, or another process, does not even ask.
    const other = await runNow(syncDeps(database.db, tenantId, clock), sourceAt(model.url), 'campaigns');
    expect(other).toMatchObject({
      outcome: 'quota',
      calls: 0,
      notes: ['crm:campaigns page 1: the CRM wants no calls until 2026-11-20T09:00:50Z'],
    });
    expect(model.calls).toHaveLength(1);
    expect(await stateOf('contacts')).toMatchObject({ error: null });
    later(clock, { hours: 1 });
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole' });
  });

  test('a window that is used up is heeded before a call is refused, unless it is smaller than the quota we know of', async () => {
    const body = JSON.stringify({ success: true, data: [], pagination: { page: 1, limit: 100, total: 0 } });
    const empty = (limit: number) => ({
      status: 200,
      body,
      headers: { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795161640' },
    });
    const { model, clock, deps } = await setup(0);
    const source = sourceAt(model.url, { quota: { per_minute: 100 } });
    model.before = () => empty(50);
    await runNow(deps, source, 'contacts');
    await runNow(deps, source, 'contacts');
    expect(deps.waits).toEqual([]);
    model.before = () => empty(100);
    await runNow(deps, source, 'contacts');
    await runNow(deps, source, 'contacts');
    expect(deps.waits).toEqual([40_000]);
    expect(clock.now().toString()).toBe('2026-11-20T08:00:40Z');
  });

  test('a CRM that only says 429 is asked less and less often, then left alone until the next run', async () => {
    const { crm, clock } = await startCrm();
    crm.faults.plan({ kind: 'too-many', times: 9, path: '/crm/chat' });
    const deps = syncDeps(database.db, tenantId, clock);
    expect(await runNow(deps, sourceAt(crm.url, {}, { attempts: 3 }), 'contacts')).toMatchObject({
      outcome: 'quota',
      calls: 3,
    });
  });

  test('the CRM never has to refuse a call of two processes that share a small quota', async () => {
    const quota = { perMinute: 20, perDay: 400 };
    const { crm, clock } = await startCrm({ contacts: 60, quota });
    const over = {
      quota: { per_minute: quota.perMinute, per_day: quota.perDay },
      custom_fields: { segment: 'segment' },
    };
    const [one, two] = [sourceAt(crm.url, over), sourceAt(crm.url, over)];
    const deps = syncDeps(database.db, tenantId, clock);
    await runNow(deps, one, 'contacts');
    for (let round = 0; round < 3; round++) {
      await Promise.all([
        runNow(deps, one, 'messages', { full: true }),
        runNow(syncDeps(database.db, tenantId, clock), two, 'custom-fields', { full: true }),
      ]);
      later(clock, { hours: 3 });
    }
    const statuses = crm.calls().map(({ status }) => status);
    expect(statuses.length).toBeGreaterThan(100);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

describe('what cannot be stored', () => {
  test('a full disk: the page is named, what came before is kept, and the next run goes on', async () => {
    const { deps, source } = await setup(250);
    // A disk is hard to fill in a test; PostgreSQL says so by error 53100, which a trigger raises here for one contact.
    await database.db.run(sql`
      create function disk_is_full() returns trigger language plpgsql as $$
      begin
        if new.id = 'c-150' and new.tenant_id = (select max(tenant_id) from ops.tenants) then
          raise exception 'could not extend file "base/16384/16402": No space left on device' using errcode = '53100';
        end if;
        return new;
      end $$`);
    await database.db.run(sql`
      create trigger disk_full before insert on crm.contacts for each row execute function disk_is_full()`);
    await expect(runNow(deps, source, 'contacts')).rejects.toMatchObject({
      code: 'SYNC_DISK_FULL',
      message: `crm:contacts page 2: not stored: the database's disk is full: could not extend file "base/16384/16402": No space left on device`,
      remedy:
        'Make room for the database. What was read before is kept and nothing is lost: the next run goes on from here.',
    });
    expect(await countContacts()).toBe(100);
    expect(await stateOf('contacts')).toMatchObject({ error_code: 'SYNC_DISK_FULL', page: 2 });
    await database.db.run(sql`drop trigger disk_full on crm.contacts`);
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole' });
    expect(await countContacts()).toBe(250);
  });

  test('a key revoked in mid-sync stops the stream, and a new one lets it go on', async () => {
    const { crm, clock } = await startCrm({ contacts: 500 });
    const deps = syncDeps(database.db, tenantId, clock);
    const source = sourceAt(crm.url);
    const at = clock.now();
    const read = runNow(deps, source, 'contacts', {
      onProgress: ({ done }) => {
        if (done === 1) crm.setApiKey('a new one');
      },
    });
    await expect(read).rejects.toThrow('crm:contacts page 2: status 401, the key is not accepted; a new one is needed');
    expect(await countContacts()).toBe(100);
    crm.setApiKey('sandbox-key');
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole' });
    expect(await countContacts()).toBe([...crm.truth(at).rows('contact')].length);
  });
});
