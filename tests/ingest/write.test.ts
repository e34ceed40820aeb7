import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { drain, verify } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { deleteTickets, type TicketState, takeMarks, writeTickets, writtenAt } from './batches.ts';

const database = useDatabase();
let count = 0;
async function aTenant(timezone = 'UTC') {
  return { tenantId: await makeTenant(database.db, `writer-${++count}`, { timezone }), timezone };
}
const created = '2026-03-01T12:00:00Z';
const state = (version: number, more: Omit<TicketState, 'id' | 'version'> = {}): TicketState => ({
  id: 'a',
  version,
  created_at: created,
  ...more,
});
const stored = async (tenantId: number) =>
  (
    await database.db.query<Record<string, unknown>>(sql`
      select status, team_id, channel, version, deleted_at is not null as deleted from crm.tickets where tenant_id = ${tenantId} order by id`)
  )[0];

describe('the writer', () => {
  test('counts what is new, changed, the same and older', async () => {
    const tenant = await aTenant();
    const many = (version: number, status: string) =>
      ['a', 'b', 'c'].map((id) => ({ id, version, created_at: created, status }));
    expect(await writeTickets(database.db, tenant, many(5, 'open'))).toEqual({
      inserted: 3,
      updated: 0,
      unchanged: 0,
      older: 0,
      waiting: [],
    });
    const mixed = [
      { id: 'a', version: 6, created_at: created, status: 'closed' },
      { id: 'b', version: 5, created_at: created, status: 'open' },
      { id: 'c', version: 4, created_at: created, status: 'new' },
      { id: 'd', version: 1, created_at: created, status: 'new' },
    ];
    expect(await writeTickets(database.db, tenant, mixed)).toEqual({
      inserted: 1,
      updated: 1,
      unchanged: 1,
      older: 1,
      waiting: [],
    });
  });

  test('takes a correction with the same version, the later one wins', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(5, { status: 'open' })]);
    expect(await writeTickets(database.db, tenant, [state(5, { status: 'closed' })])).toMatchObject({ updated: 1 });
  });

  test('remembers that a state was still true later, so that one from in between does not undo it', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(1, { status: 'open' })]);
    await takeMarks(database.db, tenant);
    expect(await writeTickets(database.db, tenant, [state(3, { status: 'open' })])).toMatchObject({ unchanged: 1 });
    expect(await takeMarks(database.db, tenant)).toEqual({});
    expect(await writeTickets(database.db, tenant, [state(2, { status: 'closed' })])).toMatchObject({ older: 1 });
    expect(await stored(tenant.tenantId)).toMatchObject({ status: 'open', version: 3 });
  });

  test('marks the day a record leaves and the day it goes to, by the local calendar', async () => {
    const tenant = await aTenant('Asia/Jakarta');
    await writeTickets(database.db, tenant, [
      state(1, { created_at: '2026-03-01T20:00:00Z', resolved_at: '2026-03-02T10:00:00Z' }),
    ]);
    expect(await takeMarks(database.db, tenant)).toEqual({
      'ticket-created-daily': ['2026-03-02'],
      'ticket-sla-daily': ['2026-03-02'],
      'ticket-answered-daily': ['2026-03-02'],
      'ticket-resolved-daily': ['2026-03-02'],
      'ticket-ended-daily': ['2026-03-02'],
    });
    await writeTickets(database.db, tenant, [
      state(2, { created_at: '2026-02-28T10:00:00Z', resolved_at: '2026-03-05T18:00:00Z' }),
    ]);
    expect(await takeMarks(database.db, tenant)).toEqual({
      'ticket-created-daily': ['2026-02-28', '2026-03-02'],
      'ticket-sla-daily': ['2026-02-28', '2026-03-02'],
      'ticket-answered-daily': ['2026-02-28', '2026-03-02'],
      'ticket-resolved-daily': ['2026-03-02', '2026-03-06'],
      'ticket-ended-daily': ['2026-03-02', '2026-03-06'],
    });
    await writeTickets(database.db, tenant, [state(3, { created_at: '2026-02-28T10:00:00Z', resolved_at: null })]);
    expect(await takeMarks(database.db, tenant)).toMatchObject({ 'ticket-resolved-daily': ['2026-03-06'] });
  });

  test('appends the changes of tracked fields from the second state on, dated by the version when it is a time', async () => {
    const tenant = await aTenant();
    const at = (text: string) => Number(Temporal.Instant.from(text).epochMilliseconds) * 1000 + 7;
    const version = { version: 'time' } as const;
    await writeTickets(
      database.db,
      tenant,
      [state(at('2026-03-01T13:00Z'), { status: 'new', team_id: null, channel: 'chat' })],
      version,
    );
    await writeTickets(
      database.db,
      tenant,
      [state(at('2026-03-01T14:00Z'), { status: 'open', team_id: 't1', channel: 'mail' })],
      version,
    );
    await writeTickets(
      database.db,
      tenant,
      [state(at('2026-03-01T13:30Z'), { status: 'closed', team_id: 't2', channel: 'mail' })],
      version,
    );
    await writeTickets(database.db, tenant, [state(1e15 * 2, { status: 'closed', team_id: 't1', channel: 'mail' })], {
      version: 'counter',
    });
    const changes = await database.db.query(sql`
      select field, old, new, at::text from crm.changes where tenant_id = ${tenant.tenantId} order by id`);
    expect(changes).toEqual([
      { field: 'status', old: 'new', new: 'open', at: '2026-03-01 14:00:00.000007+00' },
      { field: 'team_id', old: null, new: 't1', at: '2026-03-01 14:00:00.000007+00' },
      { field: 'status', old: 'open', new: 'closed', at: '2026-11-20 00:00:00+00' },
    ]);
  });

  test('leaves fields a batch does not have, and with keeps those it does not know', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(1, { status: 'open', team_id: 't1', channel: 'chat' })]);
    await writeTickets(database.db, tenant, [state(2, { status: 'closed' })]);
    expect(await stored(tenant.tenantId)).toMatchObject({ status: 'closed', team_id: 't1', channel: 'chat' });
    await writeTickets(database.db, tenant, [state(3, { team_id: null, channel: null })], { keeps: ['team_id'] });
    expect(await stored(tenant.tenantId)).toMatchObject({ team_id: 't1', channel: null });
  });

  test('keeps tenants and sources apart', async () => {
    const [one, two] = [await aTenant(), await aTenant()];
    await writeTickets(database.db, one, [state(5, { status: 'open' })]);
    await writeTickets(database.db, two, [state(1, { status: 'new' })]);
    expect(await writeTickets(database.db, one, [state(1, { status: 'new' })], { source: 'other' })).toMatchObject({
      inserted: 1,
    });
    expect(await stored(one.tenantId)).toMatchObject({ status: 'open' });
    expect(await stored(two.tenantId)).toMatchObject({ status: 'new' });
  });
});

describe('a deleted record', () => {
  test('is gone from the aggregates, and its days are marked', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(1, { status: 'open', resolved_at: '2026-03-04T00:00:00Z' })]);
    await takeMarks(database.db, tenant);
    expect(await deleteTickets(database.db, tenant, ['a', 'a', 'unknown'], 2)).toBe(1);
    expect(await takeMarks(database.db, tenant)).toEqual({
      'ticket-created-daily': ['2026-03-01'],
      'ticket-sla-daily': ['2026-03-01'],
      'ticket-answered-daily': ['2026-03-01'],
      'ticket-resolved-daily': ['2026-03-04'],
      'ticket-ended-daily': ['2026-03-04'],
    });
  });

  test('comes back by a newer state only', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(1, { status: 'open' })]);
    await deleteTickets(database.db, tenant, ['a'], 5);
    expect(await writeTickets(database.db, tenant, [state(4, { status: 'closed' })])).toMatchObject({ older: 1 });
    expect(await writeTickets(database.db, tenant, [state(5, { status: 'closed' })])).toMatchObject({ older: 1 });
    await takeMarks(database.db, tenant);
    expect(await writeTickets(database.db, tenant, [state(6, { status: 'open' })])).toMatchObject({ updated: 1 });
    expect(await takeMarks(database.db, tenant)).toMatchObject({ 'ticket-created-daily': ['2026-03-01'] });
    expect(await stored(tenant.tenantId)).toMatchObject({ status: 'open', deleted: false });
  });

  test('that was never seen leaves word of it for an older state that comes late', async () => {
    const tenant = await aTenant();
    expect(await deleteTickets(database.db, tenant, ['a'], 5)).toBe(0);
    expect(await writeTickets(database.db, tenant, [state(4)])).toMatchObject({ older: 1 });
    expect(await stored(tenant.tenantId)).toMatchObject({ deleted: true });
    for (const rollup of rollups) {
      await drain(database.db, rollup, tenant, writtenAt);
      expect(await verify(database.db, rollup, tenant, writtenAt)).toMatchObject({ rows: 0, differing: 0 });
    }
  });

  test('stays when its deletion is older than what is stored', async () => {
    const tenant = await aTenant();
    await writeTickets(database.db, tenant, [state(5, { status: 'open' })]);
    expect(await deleteTickets(database.db, tenant, ['a'], 4)).toBe(0);
    expect(await stored(tenant.tenantId)).toMatchObject({ deleted: false });
  });
});
