import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Group, Kpi, Measured, Sums } from '../../src/kpis/kpi.ts';
import { tickets } from '../../src/kpis/tickets/kpi.ts';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';

/*
 * What a KPI can declare beyond a number of tickets, on KPIs made for it. Sixty tickets of 1-12 November, five a day, by
 * email (two of five), chat (two) and phone (one); each is worth 1,234.56.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-14T12:00:00Z' };
const twelveDays = '2026-11-01..2026-11-12';

beforeAll(async () => {
  const { db } = database;
  asker.db = db;
  asker.tenantId = await makeTenant(db, 'declared');
  await insertTickets(
    db,
    asker.tenantId,
    Array.from({ length: 60 }, (_, n) => ({
      id: `t${n}`,
      created_at: `2026-11-${String(1 + Math.floor(n / 5)).padStart(2, '0')}T0${n % 5}:00:00Z`,
      channel: ['email', 'chat', 'email', 'chat', 'phone'][n % 5]!,
    })),
  );
  await settle(asker, { import: asker.now });
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
    values (${asker.tenantId}, 'agent', 'agent', 'import', '1', '{}'),
      (${asker.tenantId}, 'supervisor', 'supervisor', 'import', '2', '{1}'),
      (${asker.tenantId}, 'owner', 'owner', null, null, '{}')`);
});

const countOf = ({ counts }: Sums) => counts.tickets ?? 0;
const worth = 123_456;

const money: Kpi = {
  ...tickets,
  ...{ id: 'worth', title: 'Worth', unit: 'money', better: 'up' },
  parts: { half: { title: 'Half of it', unit: 'money' }, cases: { title: 'Tickets', unit: 'count' } },
  measure(sums, { days }): Measured {
    const amount = countOf(sums) * worth;
    return {
      ...{ value: amount, weight: amount, parts: { half: amount / 2, cases: countOf(sums) } },
      evidence: { kind: 'amount', amount, exposure: days },
    };
  },
};

describe('money', () => {
  test('is added up in cents and comes out as a decimal string, with the currency of the tenant', async () => {
    const result = await ask(asker, money, { period: twelveDays, by: 'channel' });
    // 60 x 1,234.56, half of it, and per channel 24, 24 and 12 of them.
    expect(result).toMatchObject({ unit: 'money', currency: 'USD', value: '74073.60' });
    expect(result.parts).toEqual({ half: 37_036.8, cases: 60 });
    expect(result.breakdown!.rows.map(({ label, value }) => [label, value])).toEqual([
      ['Chat', '29629.44'],
      ['Email', '29629.44'],
      ['Phone', '14814.72'],
    ]);
    expect(result.series.points[0]).toMatchObject({ at: '2026-11-01', value: '6172.80' });
  });

  test('has the digits of its currency', async () => {
    const yen = await ask(asker, { ...money, currency: 'JPY' }, { period: '2026-11-01' });
    expect(yen).toMatchObject({ currency: 'JPY', value: '617280', parts: { half: 308_640 } });
  });

  test('without single amounts is higher or lower, and no judgement of it', async () => {
    const { comparison } = await ask(asker, money, {
      period: '2026-11-10..2026-11-12',
      versus: '2026-11-08..2026-11-09',
    });
    // Three days of 6,172.80 against two: the same per day.
    expect(comparison).toMatchObject({ value: '12345.60', change: 0, verdict: 'same' });
    const doubled: Kpi = {
      ...money,
      totalHasMore: true,
      query: async (_reader, { period }) => [
        { ...noGroup, sums: { counts: { tickets: period.from >= '2026-11-06' ? 20 : 10 }, bins: {} } },
      ],
    };
    const judged = await ask(asker, doubled, { period: '2026-11-06..2026-11-10' });
    expect(judged.comparison).toMatchObject({ change: 12_345.6, changeRatio: 1, verdict: 'higher' });
  });

  test('meets a target set in major units', async () => {
    const result = await ask(asker, { ...money, target: 74_000 }, { period: twelveDays });
    expect(result.target).toEqual({ value: 74_000, met: true });
    expect((await ask(asker, { ...money, target: 74_074 }, { period: twelveDays })).target!.met).toBe(false);
  });
});

const noGroup = { bucket: null, key: null, source: null };

describe('a KPI for supervisors', () => {
  const companyWide: Kpi = { ...tickets, id: 'company-wide', audience: 'supervisors' };

  test.each(['supervisor', 'owner', 'owner supervisor', '*'])('answers %s', async (viewer) => {
    expect((await askOutcome(asker, companyWide, { viewer })).kind).toBe('answered');
  });

  test.each(['agent', 'nobody', 'agent supervisor', 'supervisor agent', ''])('refuses %s', async (viewer) => {
    expect(await askOutcome(asker, companyWide, { viewer })).toEqual({ kind: 'not-permitted' });
    expect((await askOutcome(asker, tickets, { viewer })).kind).toBe('answered');
  });
});

describe('a funnel and a matrix', () => {
  const staged: Kpi = {
    ...tickets,
    funnel: (sums) => ({
      title: 'From ticket to thanks',
      stages: [
        { key: 'created', label: 'Created', count: countOf(sums) },
        { key: 'answered', label: 'Answered', count: 30 },
        { key: 'none', label: 'Nobody', count: 0 },
        { key: 'after', label: 'After nobody', count: 3 },
      ],
    }),
    matrix: (sums) => ({
      ...{ title: 'By day', unit: 'count', rows: ['Mon', 'Tue'], columns: ['0', '1'] },
      cells: [
        [countOf(sums), null],
        [0, 1],
      ],
    }),
  };

  test('are of the whole period; shares of nothing are none', async () => {
    const result = await ask(asker, staged, { period: twelveDays });
    expect(result.funnel!.stages.map(({ count, ofPrevious, ofFirst }) => [count, ofPrevious, ofFirst])).toEqual([
      [60, null, 1],
      [30, 0.5, 0.5],
      [0, 0, 0],
      [3, null, 0.05],
    ]);
    expect(result.matrix!.cells).toEqual([
      [60, null],
      [0, 1],
    ]);
  });

  test('are left out where there are no cases', async () => {
    const result = await ask(asker, staged, { period: '2026-11-13' });
    expect(result.value).toBe(0);
    expect(result).not.toHaveProperty('funnel');
    expect(result).not.toHaveProperty('matrix');
  });
});

describe('scenarios', () => {
  const assumed: Kpi = {
    ...tickets,
    scenarios: ['plain', 'doubled'],
    measure(sums, { days, scenario }) {
      const factor = scenario?.name === 'doubled' ? 2 : ((scenario?.settings as { factor?: number })?.factor ?? 1);
      return tickets.measure({ ...sums, counts: { tickets: countOf(sums) * factor } }, { days });
    },
  };
  const scenarios = { Bold: { factor: 10 } };

  test('the first one is what a question means that names none', async () => {
    expect(await ask(asker, assumed, { period: twelveDays })).toMatchObject({ value: 60, scenario: 'plain' });
  });

  test('one is found by its name, without case, also in the configuration', async () => {
    const doubled = await ask(asker, assumed, { period: twelveDays, scenario: 'DOUBLED', by: 'channel', scenarios });
    expect(doubled).toMatchObject({ value: 120, scenario: 'doubled' });
    expect(doubled.breakdown!.rows[0]!.value).toBe(48);
    expect(doubled.series.points[0]!.value).toBe(10);
    const bold = await ask(asker, assumed, { period: twelveDays, scenario: 'bold', scenarios });
    expect(bold).toMatchObject({ value: 600, scenario: 'Bold' });
    expect(bold.comparison).toMatchObject({ value: null });
  });

  test('an unknown one is answered with those there are', async () => {
    expect(await askOutcome(asker, assumed, { scenario: 'rosy', scenarios })).toEqual({
      ...{ kind: 'unknown-scenario', scenario: 'rosy', known: ['plain', 'doubled', 'Bold'] },
    });
    expect(await askOutcome(asker, tickets, { scenario: 'plain', scenarios })).toMatchObject({ known: [] });
    expect(await ask(asker, tickets, { scenarios })).not.toHaveProperty('scenario');
  });
});

test('what was believed on a date is asked of a KPI that keeps it only', async () => {
  const asOfDate = '2026-11-10';
  expect(await askOutcome(asker, tickets, { asOfDate })).toEqual({ kind: 'no-snapshots' });
  const believed: string[] = [];
  const kept: Kpi = {
    ...tickets,
    snapshots: true,
    query(reader, scope, grouping): Promise<Group[]> {
      believed.push(scope.asOfDate ?? 'now');
      return tickets.query(reader, scope, grouping);
    },
  };
  expect(await ask(asker, kept, { asOfDate, by: 'channel' })).toMatchObject({ asOfDate });
  expect(new Set(believed)).toEqual(new Set([asOfDate]));
});

describe('rows', () => {
  test('come without being asked for where the KPI says by what', async () => {
    const sorted: Kpi = { ...tickets, defaultBy: 'channel' };
    expect((await ask(asker, sorted, { period: twelveDays })).breakdown!.by).toBe('channel');
    expect((await ask(asker, sorted, { period: twelveDays, by: 'priority' })).breakdown!.by).toBe('priority');
  });

  test('of things that count once have no sum, and the total is a query of its own', async () => {
    const asked: string[] = [];
    const distinct: Kpi = {
      ...tickets,
      additive: false,
      query(reader, scope, grouping) {
        asked.push(grouping.kind);
        if (grouping.kind !== 'breakdown') return tickets.query(reader, scope, grouping);
        const keys = Array.from({ length: 22 }, (_, n) => `k${String(n).padStart(2, '0')}`);
        return Promise.resolve(keys.map((key) => ({ ...noGroup, key, sums: { counts: { tickets: 40 }, bins: {} } })));
      },
    };
    const result = await ask(asker, distinct, { period: twelveDays, by: 'channel' });
    expect(asked).toContain('total');
    expect(result.value).toBe(60);
    expect(result.breakdown!.other).toEqual({ key: null, label: 'Other (2)', value: null, share: null });
  });

  test('a single row beyond the last one is called by its name', async () => {
    const many: Kpi = {
      ...tickets,
      query(reader, scope, grouping) {
        if (grouping.kind !== 'breakdown') return tickets.query(reader, scope, grouping);
        const keys = Array.from({ length: 21 }, (_, n) => `k${String(n).padStart(2, '0')}`);
        return Promise.resolve(keys.map((key) => ({ ...noGroup, key, sums: { counts: { tickets: 2 }, bins: {} } })));
      },
    };
    const { rows, other } = (await ask(asker, many, { period: twelveDays, by: 'channel' })).breakdown!;
    expect(rows).toHaveLength(20);
    expect(other).toMatchObject({ key: null, label: 'K20', value: 2 });
  });
});

test('says of each stream how old it is, and whether that is more than it promises', async () => {
  await asker.db.run(sql`
    update ops.streams set as_of = '2026-11-14T10:00:00Z', refresh_sla_minutes = 60
    where tenant_id = ${asker.tenantId} and stream = 'ticket'`);
  const source = { source: 'import', stream: 'ticket', asOf: '2026-11-14T10:00:00Z', ageSeconds: 7200 };
  expect((await ask(asker, tickets)).freshness.sources).toEqual([{ ...source, late: true }]);
  await asker.db.run(sql`update ops.streams set refresh_sla_minutes = 120 where tenant_id = ${asker.tenantId}`);
  expect((await ask(asker, tickets)).freshness.sources).toEqual([{ ...source, late: false }]);
});
