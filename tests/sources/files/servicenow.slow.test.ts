import { existsSync } from 'node:fs';
import path from 'node:path';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { importFile } from '../../../src/sources/files/import-file.ts';
import { loadMapping } from '../../../src/sources/files/read-mapping.ts';
import { makeTenant, useDatabase } from '../../database.ts';
import { runAt, sumOf } from './importing.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const incidents = path.join(root, '../shared/data/servicenow-incidents/incident_event_log.csv.gz');
const seed = path.join(root, '../shared/data/crm-metrics-seed/tickets.csv');
const database = useDatabase();

async function load(file: string, map: string, tenantId: number) {
  return importFile(
    { db: database.db, clock: fixedClock(runAt), log: silentLog },
    {
      file,
      mapping: await loadMapping(path.join(root, 'examples/maps', map)),
      tenant: { tenantId, timezone: 'UTC' },
      strict: true,
      dryRun: false,
    },
  );
}

// The data sets lie beside the repository and are no part of it.
describe.skipIf(!existsSync(incidents))('the ServiceNow incident log (UCI 498, CC BY 4.0)', () => {
  test('gives the published figures, and nothing new the second time', async () => {
    const tenantId = await makeTenant(database.db, 'servicenow');
    const summary = await load(incidents, 'servicenow-incidents.yaml', tenantId);
    expect(summary).toMatchObject({ read: 141_712, inserted: 24_918, superseded: 116_794, rejected: 0 });
    expect(summary.entities[0]?.unmapped).toEqual([{ field: 'status', value: '-100', rows: 5 }]);
    expect(sumOf(summary)).toBe(summary.read);
    const [totals] = await database.db.query(sql`
      select count(*)::int as tickets, (count(*) filter (where sla_met))::int as met, count(resolved_at)::int as resolved,
        round(avg(extract(epoch from resolved_at - created_at)) / 3600, 2) as hours
      from crm.tickets where tenant_id = ${tenantId}`);
    expect(totals).toEqual({ tickets: 24_918, met: 15_803, resolved: 23_362, hours: '178.17' });
    const byPriority = await database.db.query(sql`
      select priority, round(100.0 * count(*) filter (where sla_met) / count(*), 2) as percent
      from crm.tickets where tenant_id = ${tenantId} group by 1 order by 2`);
    expect(byPriority).toEqual([
      { priority: 'high', percent: '0.49' },
      { priority: 'critical', percent: '1.85' },
      { priority: 'medium', percent: '64.54' },
      { priority: 'low', percent: '84.11' },
    ]);
    const again = await load(incidents, 'servicenow-incidents.yaml', tenantId);
    expect(again).toMatchObject({ read: 141_712, written: 0, unchanged: 24_918, superseded: 116_794 });
  });
});

describe.skipIf(!existsSync(seed))('the seed tickets', () => {
  test('load as they are', async () => {
    const tenantId = await makeTenant(database.db, 'seed');
    expect(await load(seed, 'seed-tickets.yaml', tenantId)).toMatchObject({ read: 10, inserted: 10 });
    const [totals] = await database.db.query(sql`
      select (count(*) filter (where sla_met))::int as met, (count(*) filter (where sla_met is null))::int as unflagged,
        (count(*) filter (where status = 'open'))::int as open
      from crm.tickets where tenant_id = ${tenantId}`);
    expect(totals).toEqual({ met: 7, unflagged: 2, open: 2 });
  });
});
