import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { moveStream } from '../../src/ingest/write.ts';
import { drain } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { type RecordBatch, type RecordsWritten, writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const at = Temporal.Instant.from('2026-11-20T12:00:00Z');
const minute = 60_000_000;
/** A version so many minutes into the day. */
const v = (minutes: number) => Date.UTC(2026, 10, 20) * 1000 + minutes * minute;
let tenantId = 0;
beforeAll(async () => {
  tenantId = await makeTenant(database.db);
});

async function write(batch: Partial<RecordBatch> & Pick<RecordBatch, 'entity' | 'records'>): Promise<RecordsWritten> {
  const [written] = await database.db.tx((tx) =>
    writeRecords(tx, { tenant: { tenantId, timezone: 'UTC' }, at }, [{ source: 'chat', version: 'time', ...batch }]),
  );
  return written!;
}

const part = (version: number, values: Record<string, unknown>) =>
  write({ entity: 'message', partial: true, records: [{ version, values }] });
const whole = (version: number, values: Record<string, unknown>) =>
  write({ entity: 'message', records: [{ version, values }] });
const message = (id: string) =>
  database.db.query<Record<string, unknown>>(sql`
    select status, operator_id, text, sent_at::text as sent_at from crm.messages where tenant_id = ${tenantId} and id = ${id}`);

describe('messages', () => {
  test('lie in the quarter they were sent in, and move with a corrected time', async () => {
    await whole(v(1), { id: 'm1', direction: 'inbound', sent_at: '2026-02-03T10:00:00Z', text: 'hello' });
    expect(await part(v(2), { id: 'm1', sent_at: '2025-12-31T23:59:00Z' })).toMatchObject({ updated: 1 });
    expect(await message('m1')).toEqual([
      { status: null, operator_id: null, text: 'hello', sent_at: '2025-12-31 23:59:00+00' },
    ]);
    const lies = await database.db.query(sql`
      select tableoid::regclass::text as partition from crm.messages where tenant_id = ${tenantId} and id = 'm1'`);
    expect(lies).toEqual([{ partition: 'crm.messages_2025q4' }]);
  });

  test('of which only a part is known wait, and are stored once all that is required was said', async () => {
    expect(await part(v(1), { id: 'm2', status: 'read' })).toMatchObject({ waiting: ['m2'], inserted: 0 });
    expect(
      await part(v(1), { id: 'm2', direction: 'outbound', sent_at: '2026-02-03T10:00:00Z', status: 'sent' }),
    ).toMatchObject({ inserted: 1, waiting: [] });
    expect(await part(v(3), { id: 'm2', status: 'read' })).toMatchObject({ updated: 1 });
    expect(await part(v(3), { id: 'm2', status: 'read' })).toMatchObject({ unchanged: 1 });
  });

  test('take a late part about a field nothing newer has said, and no other', async () => {
    await whole(v(10), { id: 'm3', direction: 'outbound', sent_at: '2026-02-03T10:00:00Z', status: 'delivered' });
    expect(await part(v(5), { id: 'm3', status: 'sent', operator_id: 'op-1' })).toMatchObject({ updated: 1 });
    expect(await message('m3')).toMatchObject([{ status: 'delivered', operator_id: 'op-1' }]);
    expect(await part(v(20), { id: 'm3', status: 'read' })).toMatchObject({ updated: 1 });
    expect(await part(v(15), { id: 'm3', status: 'failed' })).toMatchObject({ older: 1 });
    expect(await part(v(15), { id: 'm3', text: 'late' })).toMatchObject({ updated: 1 });
    // A later reading of the whole that is older than the part leaves it.
    await whole(v(18), { id: 'm3', direction: 'outbound', sent_at: '2026-02-03T10:00:00Z', status: 'delivered' });
    expect(await message('m3')).toMatchObject([{ status: 'read', operator_id: 'op-1', text: 'late' }]);
    await whole(v(25), { id: 'm3', direction: 'outbound', sent_at: '2026-02-03T10:00:00Z', status: 'failed' });
    expect(await message('m3')).toMatchObject([{ status: 'failed' }]);
  });

  test('take no part from before a whole reading, also about a field that an earlier part had told', async () => {
    const said = { id: 'm3b', direction: 'outbound', sent_at: '2026-02-03T10:00:00Z', failure_reason: null };
    await whole(v(1), { ...said, status: 'sent' });
    await part(v(2), { id: 'm3b', status: 'delivered', text: null });
    await whole(v(4), { ...said, status: 'read', text: 'hello' });
    expect(await part(v(3), { id: 'm3b', status: 'failed', text: null })).toMatchObject({ older: 1 });
    expect(await message('m3b')).toMatchObject([{ status: 'read', text: 'hello' }]);
    expect(await part(v(5), { id: 'm3b', text: null })).toMatchObject({ updated: 1 });
  });

  test('that were deleted stay so for older parts, wherever they lie', async () => {
    await whole(v(1), { id: 'm4', direction: 'inbound', sent_at: '2026-05-03T10:00:00Z' });
    const deletion = { entity: entities.message, source: 'chat', ids: ['m4', 'm5'], version: v(10) };
    expect(
      await database.db.tx((tx) => deleteRecords(tx, { tenant: { tenantId, timezone: 'UTC' }, at }, deletion)),
    ).toBe(1);
    expect(await part(v(9), { id: 'm4', status: 'read' })).toMatchObject({ older: 1 });
    expect(await whole(v(9), { id: 'm5', direction: 'inbound', sent_at: '2026-05-03T10:00:00Z' })).toMatchObject({
      older: 1,
    });
  });

  test('that cannot be taken are named, and the others are written', async () => {
    const written = await write({
      entity: 'message',
      records: [
        { version: v(1), values: { id: 'm6', direction: 'sideways', sent_at: '2026-02-03T10:00:00Z' } },
        { version: v(1), values: { id: 'm7', direction: 'inbound', sent_at: 'yesterday' } },
        { version: v(1), values: { id: 'm8', direction: 'inbound', sent_at: '2026-02-03T10:00:00Z', status: 'seen' } },
        { version: v(1), values: { id: 'm9', direction: 'inbound', sent_at: '2026-02-03T10:00:00Z', colour: 'red' } },
      ],
    });
    expect(written.rejected.map(({ index, field }) => [index, field])).toEqual([
      [0, 'direction'],
      [1, 'sent_at'],
      [3, 'colour'],
    ]);
    expect(written).toMatchObject({ inserted: 1, unmapped: { status: { seen: 1 } } });
  });
});

describe('contacts', () => {
  const contact = (id: string) =>
    database.db.query<Record<string, unknown>>(sql`
      select country, deleted_at is not null as deleted, first_seen_at::text as first_seen_at, exists_from::text as exists_from
      from crm.contacts where tenant_id = ${tenantId} and id = ${id}`);

  test('have the country of their phone number, and exist since nobody knows when where nothing says more', async () => {
    await write({
      entity: 'contact',
      version: 'run',
      records: [
        { version: v(1), values: { id: 'c1', phone: '+390612345678' } },
        { version: v(1), values: { id: 'c2', phone: '0612345678', created_at: '2024-01-01T00:00:00Z' } },
      ],
    });
    expect(await contact('c1')).toMatchObject([{ country: 'IT', exists_from: '2026-11-20 12:00:00+00' }]);
    expect(await contact('c2')).toMatchObject([{ country: null, exists_from: '2024-01-01 00:00:00+00' }]);
  });

  test('that come after the stream was whole exist since they were first seen', async () => {
    await write({ entity: 'contact', records: [{ version: v(3), values: { id: 'c8' } }], asOf: at });
    // What was there when it was first whole, nobody knows since when.
    for (const id of ['c1', 'c8']) expect(await contact(id)).toMatchObject([{ exists_from: '1970-01-01 00:00:00+00' }]);
    const later = at.add({ minutes: 5 });
    await database.db.tx((tx) =>
      writeRecords(tx, { tenant: { tenantId, timezone: 'UTC' }, at: later }, [
        { entity: 'contact', source: 'chat', version: 'time', records: [{ version: v(3), values: { id: 'c9' } }] },
      ]),
    );
    expect(await contact('c9')).toMatchObject([{ exists_from: '2026-11-20 12:05:00+00' }]);
  });

  test('can be told to be deleted by their own field, again without a change', async () => {
    const state = { version: v(2), values: { id: 'c3', name: 'Mara', deleted_at: '2026-11-19T00:00:00Z' } };
    expect(await write({ entity: 'contact', records: [state] })).toMatchObject({ inserted: 1 });
    expect(await write({ entity: 'contact', records: [state] })).toMatchObject({ unchanged: 1 });
    expect(await contact('c3')).toMatchObject([{ deleted: true }]);
  });

  test('can be told by their id alone', async () => {
    const only = (version: number) =>
      write({ entity: 'contact', partial: true, records: [{ version, values: { id: 'c4' } }] });
    expect(await only(v(1))).toMatchObject({ inserted: 1 });
    expect(await contact('c4')).toMatchObject([{ exists_from: '2026-11-20 12:00:00+00' }]);
    expect(await only(v(2))).toMatchObject({ inserted: 0, updated: 0 });
    const wide = await write({ entity: 'message', partial: true, records: [{ version: v(1), values: { id: 'm99' } }] });
    expect(wide).toMatchObject({ waiting: ['m99'] });
  });

  test('leave the numbers of the day they are deleted on, and come into those of new ones once it is known', async () => {
    const tenant = { tenantId, timezone: 'UTC' };
    const daily = rollups.filter(({ stream }) => stream === 'contact');
    const counted = async () => {
      for (const rollup of daily) await drain(database.db, rollup, tenant, at);
      return database.db.query(sql`
        select
          (select sum(created)::int from mart.contact_begun_daily where tenant_id = ${tenantId} and source = 'late') as created,
          (select sum(contacts)::int from mart.contact_ended_daily where tenant_id = ${tenantId} and source = 'late') as ended`);
    };
    // A webhook tells of c5 while the first reading, which began before, still runs.
    await write({
      entity: 'contact',
      source: 'late',
      partial: true,
      records: [{ version: v(1), values: { id: 'c5' } }],
    });
    expect(await counted()).toEqual([{ created: 0, ended: null }]);
    const before = at.subtract({ hours: 1 });
    await database.db.tx((tx) =>
      moveStream(tx, { tenant, at: before }, { entity: entities.contact, source: 'late', asOf: before }),
    );
    expect(await counted()).toEqual([{ created: 1, ended: null }]);
    await database.db.tx((tx) =>
      deleteRecords(tx, { tenant, at }, { entity: entities.contact, source: 'late', ids: ['c5'], version: v(9) }),
    );
    expect(await counted()).toEqual([{ created: 1, ended: 1 }]);
  });
});

test('records without an id of their own are known by their content', async () => {
  const report = (read: number) => ({ version: v(1), values: { campaign_id: 'k1', at: '2026-11-20T10:00:00Z', read } });
  expect(await write({ entity: 'campaign_report', records: [report(1), report(1)] })).toMatchObject({ inserted: 1 });
  expect(await write({ entity: 'campaign_report', records: [report(2)] })).toMatchObject({ updated: 1 });
});

test('a stream is as fresh as its last whole reading, and is whole from the first one on', async () => {
  const stream = () =>
    database.db.query(sql`
      select as_of::text as as_of, first_complete_at is not null as whole from ops.streams
      where tenant_id = ${tenantId} and source = 'crm' and stream = 'licence'`);
  const licence = { id: 'l1', account_id: 'a', billing_date: '2026-11-01', next_billing_date: '2026-12-01', agents: 4 };
  await write({ entity: 'licence', source: 'crm', records: [{ version: v(1), values: licence }] });
  expect(await stream()).toEqual([{ as_of: null, whole: false }]);
  await write({ entity: 'licence', source: 'crm', records: [{ version: v(1), values: licence }], asOf: at });
  expect(await stream()).toEqual([{ as_of: '2026-11-20 12:00:00+00', whole: true }]);
});
