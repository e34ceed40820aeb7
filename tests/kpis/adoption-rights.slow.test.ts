import sql, { raw } from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import type { DimensionId } from '../../src/kpis/dimensions.ts';
import { useDatabase } from '../database.ts';
import { type Asker, askOutcome, settle } from './asking.ts';
import { insertRows } from './contract/records.ts';
import { type Grants, makeCompany, now, type TenantName, tenantNames, viewers } from './rights-company.ts';

/*
 * The company of rights.slow.test.ts, whose operators were all there on 10 November, those with an even place in the list
 * on the 20th too. Operators are their own records: whoever asks is told of those whose records they may see.
 */
const database = useDatabase();
const askers = {} as Record<TenantName, Asker>;

interface Operator {
  source: string;
  id: string;
  team: string | null;
  active: boolean;
}
const operators = {} as Record<TenantName, readonly Operator[]>;

beforeAll(async () => {
  for (const tenant of tenantNames) {
    const asker = await makeCompany(database.db, tenant);
    askers[tenant] = asker;
    const there = await database.db.query<Operator>(sql`
      select source, id, team_id as team, active from crm.operators where tenant_id = ${asker.tenantId} order by source, id`);
    operators[tenant] = there;
    const sign = ({ source, id }: Operator, at: string) => ({
      ...{ source, id: `${id} ${at}`, operator_id: id, at: `${at}T09:00:00Z`, account_id: null },
    });
    await insertRows(database.db, 'crm.activity', asker.tenantId, [
      ...there.map((one) => sign(one, '2026-11-10')),
      ...there.filter((_, n) => n % 2 === 0).map((one) => sign(one, '2026-11-20')),
    ]);
    await settle(asker, { crm: now.usual, chat: now.usual });
  }
}, 120_000);

const maySee = (grants: Grants, { source, id }: Operator) =>
  grants === 'all' || grants.operators.includes(`${source}/${id}`);

async function shownTo(tenant: TenantName, viewer: string, kpi: string, asked: { period: string; by?: DimensionId }) {
  const outcome = await askOutcome(askers[tenant], kpi, { ...asked, viewer });
  return outcome.kind === 'answered' ? outcome.result : undefined;
}

const cases = tenantNames.flatMap((tenant) => viewers.map((viewer) => [tenant, viewer.who, viewer] as const));

test.each(cases)('of tenant "%s", %s is told of the users they may see, and of no other', async (tenant, _, viewer) => {
  const seen = operators[tenant].filter((one) => maySee(viewer.sees[tenant], one));
  const result = await shownTo(tenant, viewer.id, 'users', { period: 'today', by: 'team' });
  expect(result?.value ?? 0).toBe(seen.filter(({ active }) => active).length);
  const teams = seen.filter(({ active }) => active).map(({ team }) => team ?? '');
  const rows = result?.breakdown?.rows ?? [];
  // Of two sources with the same team, a row says which one it is.
  expect(new Set(rows.map(({ key }) => key!.replace(/^\w+\//, '')))).toEqual(new Set(teams));
});

test.each(cases)('of tenant "%s", %s is told of the presence of those, and of no other', async (tenant, _, viewer) => {
  const seen = operators[tenant].filter((one) => maySee(viewer.sees[tenant], one));
  const today = operators[tenant].filter((one, n) => n % 2 === 0 && maySee(viewer.sees[tenant], one));
  const then = await shownTo(tenant, viewer.id, 'active-users', { period: '2026-11-10', by: 'team' });
  expect(then?.value ?? 0).toBe(seen.length);
  const rows = then?.breakdown?.rows ?? [];
  expect(new Set(rows.map(({ key }) => key!.replace(/^\w+\//, '')))).toEqual(
    new Set(seen.map(({ team }) => team ?? '')),
  );
  // Today is counted from the records themselves.
  expect((await shownTo(tenant, viewer.id, 'active-users', { period: 'today' }))?.value ?? 0).toBe(today.length);
});

test('the test would see it, were one of the policies gone', async () => {
  const agent = viewers.find(({ id }) => id === 'agent')!;
  expect(agent.sees.ours).not.toBe('all');
  for (const [table, kpi, period] of [
    ['crm.operators', 'users', 'today'],
    ['mart.operator_active_daily', 'active-users', '2026-11-10'],
    ['crm.activity', 'active-users', 'today'],
  ] as const) {
    const before = (await shownTo('ours', 'agent', kpi, { period }))?.value ?? 0;
    await database.db.run(sql`alter table ${raw(table)} disable row level security`);
    const after = (await shownTo('ours', 'agent', kpi, { period }))?.value ?? 0;
    await database.db.run(sql`alter table ${raw(table)} enable row level security`);
    expect([kpi, Number(after) > Number(before)]).toEqual([kpi, true]);
  }
});
