import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { drain } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { snapshots } from '../../src/rollups/snapshots.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type LeadState, type OpportunityState, writeLeads, writeOpportunities } from '../rollups/writing.ts';
import { type Asker, ask } from './asking.ts';

/*
 * Reps anna and ben of team 1, carl of team 2, each with one lead at `sql` and one won opportunity, of 1,000, 2,000 and
 * 4,000; one lead and one opportunity of 8,000 belong to nobody. The opportunity of carl's is linked to anna's lead. The
 * same again today, and the same in another tenant.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-20T12:00:00Z' };
const reps = ['anna', 'ben', 'carl', null];
const days = ['2026-11-10', '2026-11-20'];
const worth = (n: number) => 100_000 * 2 ** n;

const leads = days.flatMap((day) =>
  reps.map(
    (rep, n): LeadState => ({
      ...{
        id: `l${n}-${day}`,
        version: 1,
        created_at: `${day}T08:00:00Z`,
        updated_at: `${day}T08:00:00Z`,
        stage: 'sql',
      },
      ...{
        qualified_at: `${day}T09:00:00Z`,
        closed_at: null,
        amount_minor: worth(n),
        operator_id: rep,
        account_id: `a${n}`,
      },
    }),
  ),
);
const opportunities = days.flatMap((day) =>
  reps.map(
    (rep, n): OpportunityState => ({
      ...{ id: `o${n}-${day}`, version: 1, lead_id: rep === 'carl' ? `l0-${day}` : null, engaged_at: null },
      ...{ created_at: `${day}T09:00:00Z`, closed_at: `${day}T10:00:00Z`, status: 'won', amount_minor: worth(n) },
      ...{ product: null, operator_id: rep, account_id: null },
    }),
  ),
);

beforeAll(async () => {
  asker.db = database.db;
  const at = Temporal.Instant.from('2026-11-20T11:00:00Z');
  for (const slug of ['others', 'ours']) {
    const tenant = { tenantId: await makeTenant(database.db, slug), timezone: 'UTC' };
    asker.tenantId = tenant.tenantId;
    const earlier = { tenant, at: Temporal.Instant.from('2026-11-19T11:00:00Z') };
    await database.db.tx((tx) => writeLeads(tx, earlier, leads.slice(0, 4)));
    for (const rollup of rollups) await drain(database.db, rollup, tenant, at);
    const end = Temporal.Instant.from('2026-11-20T00:00:00Z');
    for (const snapshot of snapshots) await database.db.tx((tx) => snapshot.take(tx, tenant, '2026-11-19', end));
    await database.db.tx((tx) => writeLeads(tx, { tenant, at }, leads));
    await database.db.tx((tx) => writeOpportunities(tx, { tenant, at }, opportunities));
    for (const rollup of rollups) await drain(database.db, rollup, tenant, at);
    await database.db.run(sql`
      update crm.operators set team_id = case when id = 'carl' then '2' else '1' end where tenant_id = ${tenant.tenantId}`);
    await database.db.run(sql`
      insert into crm.teams (tenant_id, source, id, version)
      select ${tenant.tenantId}, 'import', id, 1 from unnest(array['1', '2']) as id`);
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
      values (${tenant.tenantId}, 'anna', 'agent', 'import', 'anna', '{}'),
        (${tenant.tenantId}, 'sam', 'supervisor', 'import', null, '{1}'),
        (${tenant.tenantId}, 'boss', 'executive', null, null, '{}')`);
  }
});

/** Bits of what is seen: anna 1, ben 2, carl 4, nobody's 8. */
const viewers = [
  ['anna', 1],
  ['sam', 3],
  ['boss', 15],
  ['*', 15],
  ['a stranger', 0],
] as const;

describe.each(viewers)('%s', (viewer, seen) => {
  const count = [1, 2, 4, 8].filter((bit) => (seen & bit) > 0).length;
  const value = async (kpi: string, asked = {}) => (await ask(asker, kpi, { viewer, ...asked })).value;

  test.each(days)('sees own leads and opportunities of %s', async (period) => {
    expect(await value('leads', { period })).toBe(count === 0 ? null : count);
    expect(await value('revenue-won', { period })).toBe(count === 0 ? null : `${seen * 1000}.00`);
    expect((await ask(asker, 'win-rate', { period, viewer })).denominator).toBe(count);
    expect(await value('sales-cycle', { period })).toBe(count === 0 ? null : 0);
    const { parts } = await ask(asker, 'funnel', { period, viewer });
    const counted = { leads: count, sql: count, opportunities: count, won: count };
    if (count > 0) expect(parts).toMatchObject(counted);
    // How far anna's lead has come is told to whoever sees the lead, though the opportunity is carl's.
    expect(parts.cohort_won ?? 0).toBe(seen & 1);
  });

  test('sees the pipeline of own leads, now and as it was kept', async () => {
    // Of each day's leads: amount x 0.3 x 0.25.
    const both = `${seen * 1000 * 0.075 * 2}.00`;
    expect(await value('pipeline', { period: 'today' })).toBe(count === 0 ? null : both);
    expect(await value('pipeline', { period: '2026-11-19' })).toBe(count === 0 ? null : `${seen * 75}.00`);
    const { parts } = await ask(asker, 'funnel', { period: '2026-11', asOfDate: '2026-11-19', viewer });
    expect(parts.leads ?? 0).toBe(count);
  });
});

test('records of demo accounts are left out everywhere', async () => {
  await database.db.run(sql`update ops.tenants set demo_accounts = '{a0}' where tenant_id = ${asker.tenantId}`);
  const value = async (kpi: string, period: string) => (await ask(asker, kpi, { period })).value;
  // Carl's opportunity has no account of its own: it is anna's lead's, and so it goes with it.
  for (const day of days) {
    expect(await value('leads', day)).toBe(3);
    expect(await value('revenue-won', day)).toBe('11000.00');
  }
  expect(await value('pipeline', 'today')).toBe(`${14_000 * 0.075 * 2}.00`);
  expect(await value('pipeline', '2026-11-19')).toBe('1050.00');
});
