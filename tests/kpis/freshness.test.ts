import sql from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask } from './asking.ts';

/*
 * As of noon: contacts of the CRM are 10 minutes old of 15 allowed, its messages an hour of 30 minutes, its campaigns were
 * promised and never complete, tickets of a file are 30 days old and nobody promised anything, and so are contacts of
 * another source, 20 minutes old of 60.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'Asia/Kolkata', now: '2026-11-20T12:00:00Z' };

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'fresh', { timezone: 'Asia/Kolkata' });
  const other = await makeTenant(database.db, 'other');
  await database.db.run(sql`
    insert into ops.streams (tenant_id, source, stream, as_of, loaded_at, refresh_sla_minutes)
    select t.tenant_id, s.* from (values (${asker.tenantId}::bigint), (${other}::bigint)) as t (tenant_id)
    cross join (values
      ('crm', 'contact', '2026-11-20T11:50:00Z'::timestamptz, '2026-11-20T11:50:00Z'::timestamptz, 15),
      ('crm', 'message', '2026-11-20T11:00:00Z', '2026-11-20T11:00:00Z', 30),
      ('crm', 'campaign', null, '2026-11-20T11:00:00Z', 5),
      ('file', 'ticket', '2026-10-21T12:00:00Z', '2026-10-21T12:00:00Z', null),
      ('shop', 'contact', '2026-11-20T11:40:00Z', '2026-11-20T11:40:00Z', 60)) as s`);
});

test('counts the streams that are late, and says of each how old it may be', async () => {
  const result = await ask(asker, 'freshness');
  expect(result).toMatchObject({
    ...{ value: 2, unit: 'count', better: 'down', period: { label: 'today' } },
    parts: { streams: 5, age: 30 * 86_400, limit: 5 * 60, without_limit: 1, without_data: 1 },
  });
  const rows = result.breakdown!.rows.map(({ key, value, status, parts }) => [
    key,
    value,
    status,
    parts?.age,
    parts?.limit,
  ]);
  expect(rows).toEqual([
    ['campaign', 1, 'late', null, 300],
    ['ticket', 0, 'no limit', 30 * 86_400, null],
    ['message', 1, 'late', 3600, 1800],
    // Two sources: the older data and the tighter limit.
    ['contact', 0, 'in time', 1200, 900],
  ]);
});

test('by source, and of one source', async () => {
  const { breakdown } = await ask(asker, 'freshness', { by: 'source' });
  expect(breakdown!.rows.map(({ key, value, parts }) => [key, value, parts?.streams])).toEqual([
    ['file', 0, 1],
    ['crm', 2, 3],
    ['shop', 0, 1],
  ]);
  expect((await ask(asker, 'freshness', { filters: [['source', 'shop']] })).value).toBe(0);
});

test('a limit is passed after it, not at it', async () => {
  const late = async (now: string) => (await ask(asker, 'freshness', { now, filters: [['stream', 'contact']] })).value;
  expect(await late('2026-11-20T12:05:00Z')).toBe(0);
  expect(await late('2026-11-20T12:05:01Z')).toBe(1);
});

test('how late streams were is not kept, and without streams there is nothing to be late', async () => {
  const before = await ask(asker, 'freshness', { period: 'yesterday' });
  expect([before.value, before.notes]).toEqual([
    null,
    ['How late a stream was on an earlier day is not kept: `freshness today` is known.'],
  ]);
  const empty = { ...asker, tenantId: await makeTenant(database.db, 'empty') };
  expect((await ask(empty, 'freshness')).value).toBeNull();
});
