import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { created } from './tickets.ts';
import { town } from './town.ts';

const database = useDatabase();

describe('a KPI beyond a threshold', () => {
  test('is told once, with its value, and its message is edited when it is over', async () => {
    const place = await town(database.db, { now: '2026-11-10T09:00:00Z' });
    await place.reaches('crm', ['ticket'], '2026-12-31T00:00:00Z');
    await created(place, '2026-11-10', 3);
    await place.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4 });
    await place.pass(10);
    expect(place.told()).toEqual([]);
    await created(place, '2026-11-10', 3);
    await place.pass(5);
    expect(place.told()).toEqual(['09:12 main High: Tickets created: 6 (10 Nov)']);
    await place.db.run(sql`update crm.tickets set deleted_at = created_at where tenant_id = ${place.tenantId}`);
    await created(place, '2026-11-10', 1);
    await place.pass(20);
    expect(place.told()).toEqual([
      '09:21 thread Recovered 09:16 after 5 min; worst 6',
      '09:21 edit Recovered: Tickets created: 6 (10 Nov)',
    ]);
    await place.pass(20);
    expect(place.told()).toEqual([]);
  });
});
