import { existsSync } from 'node:fs';
import path from 'node:path';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const root = path.join(import.meta.dirname, '..', '..');
const data = path.join(root, '..', 'shared', 'data', 'crm-metrics-seed');
const database = useDatabase();

describe.skipIf(!existsSync(data))('the seed leads and opportunities (skipped where ../shared/data is absent)', () => {
  const load = (map: string, file: string) =>
    runCrema(
      [
        ...['import', '--map', path.join(root, 'examples', 'maps', map), path.join(data, file)],
        ...['--as-of', '2024-03-02T00:00:00Z', '--strict', '--json'],
      ],
      { DATABASE_URL: database.url },
    );

  test('are loaded whole, amounts in minor units, and nothing is new the second time', async () => {
    const read = { rejected: 0, updated: 0, superseded: 0 };
    for (const inserted of [true, false]) {
      const counts = (rows: number) => (inserted ? { inserted: rows, unchanged: 0 } : { inserted: 0, unchanged: rows });
      const leads = await load('seed-leads.yaml', 'leads.csv');
      expect(leads.note).toBe('');
      expect(JSON.parse(leads.out)).toMatchObject([{ read: 12, ...read, ...counts(12) }]);
      const opportunities = await load('seed-opportunities.yaml', 'opportunities.csv');
      expect(opportunities.note).toBe('');
      expect(JSON.parse(opportunities.out)).toMatchObject([{ read: 6, ...read, ...counts(6) }]);
    }
    // 50 + 75 + 100 + 85 + 60 + 45 + 70 + 95 + 55 + 80 + 90 + 105 thousand, and 75 + 85 + 70 + 80 + 90 + 105.
    expect(
      await database.db.query(sql`
        select 'lead' as entity, count(*) as records, sum(amount_minor) as minor from crm.leads
        union all select 'opportunity', count(*), sum(amount_minor) from crm.opportunities order by 1`),
    ).toEqual([
      { entity: 'lead', records: 12, minor: '91000000' },
      { entity: 'opportunity', records: 6, minor: '50500000' },
    ]);
    expect(
      await database.db.query(sql`
        select id, account_id, operator_id, status, stage, created_at::text, updated_at::text, qualified_at::text, closed_at
        from crm.leads where id in ('lead_001', 'lead_006') order by id`),
    ).toEqual([
      {
        ...{ id: 'lead_001', account_id: 'fac_001', operator_id: 'rep_001', status: 'active', stage: 'lead' },
        ...{ created_at: '2024-01-05 10:00:00+00', updated_at: '2024-01-10 12:30:00+00' },
        ...{ qualified_at: '2024-01-08 14:00:00+00', closed_at: null },
      },
      {
        ...{ id: 'lead_006', account_id: 'fac_002', operator_id: 'rep_003', status: 'active', stage: 'lead' },
        ...{ created_at: '2024-01-10 14:15:00+00', updated_at: '2024-01-18 10:30:00+00' },
        ...{ qualified_at: null, closed_at: null },
      },
    ]);
    expect(
      await database.db.query(sql`
        select lead_id, operator_id, status, created_at::text, closed_at::text, amount_minor
        from crm.opportunities where id = 'opp_001'`),
    ).toEqual([
      {
        ...{ lead_id: 'lead_002', operator_id: 'rep_001', status: 'won', amount_minor: 7_500_000 },
        ...{ created_at: '2024-01-12 10:00:00+00', closed_at: '2024-01-28 15:30:00+00' },
      },
    ]);
  });
});
