import sql, { raw } from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { drain, rebuild, verify } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import type { Rollup } from '../../src/rollups/rollup.ts';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';
import { insertFor, rowsOf } from './records.ts';

const at = Temporal.Instant.from('2026-11-20T00:00:00Z');
const database = useDatabase();

/** The measure that counts a rollup's records. */
const countOf = (rollup: Rollup) => rollup.measures[0]!;

describe('a rollup', () => {
  test('counts a ticket on its local day, not the UTC one', async () => {
    const tenantId = await makeTenant(database.db, 'jakarta', { timezone: 'Asia/Jakarta' });
    const tenant = { tenantId, timezone: 'Asia/Jakarta' };
    await insertTickets(database.db, tenantId, [
      {
        id: 'a',
        created_at: '2026-03-01T16:59:59Z',
        resolved_at: '2026-03-01T17:00:00Z',
        sla_met: true,
        priority: 'high',
      },
    ]);
    for (const rollup of rollups) await drain(database.db, rollup, tenant, at);
    const [created] = await database.db.query<{ day: string }>(
      sql`select day from mart.ticket_created_daily where tenant_id = ${tenantId}`,
    );
    const [resolved] = await database.db.query<object>(sql`
      select day, bin, duration_us, tickets from mart.ticket_resolved_daily where tenant_id = ${tenantId}`);
    expect(created?.day).toBe('2026-03-01');
    expect(resolved).toEqual({ day: '2026-03-02', bin: 0, duration_us: 1_000_000, tickets: 1 });
  });

  test('is made again in full when the zone changes', async () => {
    const tenantId = await makeTenant(database.db, 'mover');
    await insertTickets(database.db, tenantId, [{ id: 'a', created_at: '2026-03-01T20:00:00Z' }]);
    const rollup = rollups[0]!;
    await drain(database.db, rollup, { tenantId, timezone: 'UTC' }, at);
    await drain(database.db, rollup, { tenantId, timezone: 'Asia/Tokyo' }, at);
    const days = await database.db.query(sql`select day from mart.ticket_created_daily where tenant_id = ${tenantId}`);
    expect(days).toEqual([{ day: '2026-03-02' }]);
  });

  test('is made again in full by a verification that comes before the drain when the zone changes', async () => {
    const tenantId = await makeTenant(database.db, 'verified-mover');
    await insertTickets(database.db, tenantId, [{ id: 'a', created_at: '2026-03-01T20:00:00Z' }]);
    const rollup = rollups[0]!;
    await drain(database.db, rollup, { tenantId, timezone: 'UTC' }, at);
    const verified = await verify(database.db, rollup, { tenantId, timezone: 'Asia/Tokyo' }, at);
    expect(verified).toMatchObject({ differing: 0, rows: 1 });
    const days = await database.db.query(sql`select day from mart.ticket_created_daily where tenant_id = ${tenantId}`);
    expect(days).toEqual([{ day: '2026-03-02' }]);
  });

  test.each(rollups.map((rollup) => [rollup.id, rollup] as const))(
    '%s: far more scattered days than are looked up one by one are made again, and only they',
    async (id, rollup) => {
      const tenantId = await makeTenant(database.db, `scattered-${id}`);
      const tenant = { tenantId, timezone: 'America/Santiago' };
      const first = Temporal.Instant.from('2024-01-01T02:59:59Z');
      const moments = Array.from({ length: 200 }, (_, n) => first.add({ hours: n * 60 }).toString());
      await insertFor(
        database.db,
        tenant,
        rollup,
        moments.map((moment) => ({ begun: moment, ended: moment })),
      );
      const count = raw(countOf(rollup));
      await rebuild(database.db, rollup, tenant, at);
      await database.db.run(sql`update ${raw(rollup.table)} set ${count} = ${count} + 1 where tenant_id = ${tenantId}`);
      // Every other day is marked; 60 hours lie between two records, so no two of those days touch.
      const marked = await database.db.run(sql`
        insert into ops.dirty (tenant_id, rollup, bucket)
        select ${tenantId}::bigint, ${rollup.id}, day
        from (
          select day, row_number() over (order by day) as n
          from (select distinct day from ${raw(rollup.table)} where tenant_id = ${tenantId}) as days
        ) as d
        where n % 2 = 0`);
      expect(marked).toBe(100);
      expect(await drain(database.db, rollup, tenant, at)).toMatchObject({ buckets: 100, rows: 100 * rowsOf(rollup) });
      const left = await database.db.query(sql`
        select day from ${raw(rollup.table)} where tenant_id = ${tenantId} and ${count} <> 1`);
      expect(left).toHaveLength(100 * rowsOf(rollup));
      await rebuild(database.db, rollup, tenant, at);
      expect((await verify(database.db, rollup, tenant, at)).differing).toBe(0);
    },
  );

  test.each(rollups.map((rollup) => [rollup.id, rollup] as const))(
    '%s: verify finds a planted wrong cell and a missing row',
    async (id, rollup) => {
      const tenantId = await makeTenant(database.db, `verify-${id}`);
      const tenant = { tenantId, timezone: 'UTC' };
      await insertFor(database.db, tenant, rollup, [
        { begun: '2026-03-01T10:00:00Z', ended: '2026-03-02T10:00:00Z' },
        { begun: '2026-03-03T10:00:00Z', ended: '2026-03-05T10:00:00Z' },
      ]);
      const count = countOf(rollup);
      await rebuild(database.db, rollup, tenant, at);
      const whole = await verify(database.db, rollup, tenant, at);
      expect(whole).toMatchObject({
        differing: 0,
        rows: 2 * rowsOf(rollup),
        cells: 2 * rowsOf(rollup) * rollup.measures.length,
      });
      await database.db.run(sql`
      update ${raw(rollup.table)} set ${raw(count)} = ${raw(count)} + 1 where tenant_id = ${tenantId} and day <= '2026-03-02'`);
      await database.db.run(sql`delete from ${raw(rollup.table)} where tenant_id = ${tenantId} and day > '2026-03-02'`);
      const broken = await verify(database.db, rollup, tenant, at);
      expect(broken.differing).toBe(rowsOf(rollup) * (1 + rollup.measures.length));
      expect(broken.examples[0]).toMatchObject({ measure: count, stored: '2', recomputed: '1' });
      await rebuild(database.db, rollup, tenant, at);
      expect((await verify(database.db, rollup, tenant, at)).differing).toBe(0);
    },
  );
});
