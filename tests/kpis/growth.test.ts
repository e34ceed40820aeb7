import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';

/*
 * Zone Asia/Jakarta (UTC+7), asked on Monday 2026-11-16 12:00 local.
 *
 * id  phone   created (local)       deleted (local)   seen first
 * a   +62...  2026-10-01            -
 * b   +62...  2026-11-09 00:30      -                             the 9th in Jakarta, the 8th in UTC
 * c   +65...  2026-11-10            2026-11-12
 * d   -       2026-11-13            2026-11-16 09:00
 * e   +49...  not said              -                 2026-11-11 09:00, with the first whole reading: was there before
 * f   +49...  not said              -                 2026-11-14 09:00: new
 * g   +65...  of a demo account
 *
 * At the end of: 8th a e = 2; 9th a b e = 3; 10th a b c e = 4; 11th the same 4; 12th a b e = 3; 13th a b d e = 4; 14th + f = 5;
 * 15th 5; now (16th 12:00) a b e f = 4.
 * Week 9 to 15: 5 at the end, 2 at the start: growth 3/2. New: b c d f = 4. By country at the end: ID 2, DE 2, none 1.
 */
const database = useDatabase();
const timezone = 'Asia/Jakarta';
const asker: Asker = { db: undefined as never, tenantId: 0, timezone, now: '2026-11-16T05:00:00Z' };
const week = '2026-11-09..2026-11-15';
const local = (date: string, time = '00:00') =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone).toInstant().toString();

async function write(at: string, contacts: Record<string, unknown>[], whole = true): Promise<void> {
  const moment = Temporal.Instant.from(at);
  const version = Number(moment.epochNanoseconds / 1000n);
  await database.db.tx((tx) =>
    writeRecords(tx, { tenant: { tenantId: asker.tenantId, timezone }, at: moment }, [
      {
        ...{ entity: 'contact', source: 'chat', version: 'run' },
        records: contacts.map((values) => ({ version, values })),
        ...(whole ? { asOf: moment } : {}),
      },
    ]),
  );
}

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'growth', { timezone });
  await database.db.run(sql`update ops.tenants set demo_accounts = '{toy}' where tenant_id = ${asker.tenantId}`);
  const fields = { phone: null, created_at: null, deleted_at: null, account_id: null };
  await write(local('2026-11-11', '09:00'), [
    { ...fields, id: 'a', phone: '+6281234567890', created_at: local('2026-10-01') },
    { ...fields, id: 'b', phone: '+6281234567891', created_at: local('2026-11-09', '00:30') },
    { ...fields, id: 'c', phone: '+6561234567', created_at: local('2026-11-10'), deleted_at: local('2026-11-12') },
    { ...fields, id: 'e', phone: '+4930123456' },
    { ...fields, id: 'g', phone: '+6561234568', created_at: local('2026-11-10'), account_id: 'toy' },
  ]);
  await write(local('2026-11-14', '09:00'), [
    { ...fields, id: 'd', created_at: local('2026-11-13'), deleted_at: local('2026-11-16', '09:00') },
    { ...fields, id: 'f', phone: '+4930123457' },
  ]);
  await settle(asker, { chat: asker.now });
});

describe('contacts', () => {
  test('exist from when they were made or first seen until they were deleted, by local days', async () => {
    const { value, series } = await ask(asker, 'contacts', { period: '2026-11-08..2026-11-16', grain: 'day' });
    expect(value).toBe(4);
    expect(series.points.map((point) => point.value)).toEqual([2, 3, 4, 4, 3, 4, 5, 5, 4]);
  });

  test('as of an earlier moment, what came later is hidden', async () => {
    expect((await ask(asker, 'contacts', { period: 'today', now: local('2026-11-16', '08:00') })).value).toBe(5);
  });

  test('new ones have a date, or came after the CRM had been read as a whole', async () => {
    expect((await ask(asker, 'new-contacts', { period: week })).value).toBe(4);
    const byDay = await ask(asker, 'new-contacts', { period: week, grain: 'day' });
    expect(byDay.series.points.map((point) => point.value)).toEqual([1, 1, 0, 0, 1, 1, 0]);
  });

  test('growth is of the level at the start', async () => {
    expect(await ask(asker, 'contact-growth', { period: week })).toMatchObject({
      value: 3 / 2,
      parts: { start: 2, end: 5, net: 3 },
    });
    const days = await ask(asker, 'contact-growth', { period: week, grain: 'day' });
    expect(days.series.points.map((point) => point.value)).toEqual([1 / 2, 1 / 3, 0, -1 / 4, 1 / 3, 1 / 4, 0]);
  });

  test('geography is by the country of the number', async () => {
    const { breakdown } = await ask(asker, 'geography', { period: week });
    expect(breakdown?.rows.map(({ key, value }) => [key, value])).toEqual([
      ['DE', 2],
      ['ID', 2],
      ['', 1],
    ]);
  });

  test('are for supervisors and up', async () => {
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, role) values (${asker.tenantId}, 'agent', 'agent')`);
    expect((await askOutcome(asker, 'contacts', { viewer: 'agent' })).kind).toBe('not-permitted');
  });
});
