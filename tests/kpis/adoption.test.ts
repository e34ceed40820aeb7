import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { addDays } from '../../src/domain/period.ts';
import { activeCounts } from '../../src/kpis/active-users/windows.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';
import { insertRows } from './contract/records.ts';

describe('distinct people of trailing windows', () => {
  test('are those that a look at every day and window finds', () => {
    const from = '2026-03-01';
    const row = fc.record({
      group: fc.constantFrom('a', 'b'),
      who: fc.constantFrom('p', 'q', 'r', 's'),
      offset: fc.integer({ min: -27, max: 39 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 80 }), (rows) => {
        const days = rows
          .map(({ group, who, offset }) => ({ group, who, day: addDays(from, offset) }))
          .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        const counts = activeCounts(days, { from, to: addDays(from, 40) });
        const distinct = (group: string, last: string, length: number) =>
          new Set(
            days
              .filter((one) => one.group === group && one.day <= last && one.day > addDays(last, -length))
              .map(({ who }) => who),
          ).size;
        for (const group of new Set(days.map((one) => one.group)))
          expect(counts.get(group)).toEqual(
            Array.from({ length: 40 }, (_, index) => {
              const last = addDays(from, index);
              return { dau: distinct(group, last, 1), wau: distinct(group, last, 7), mau: distinct(group, last, 28) };
            }),
          );
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });
});

/*
 * Zone UTC, asked on Monday 2026-11-16 12:00. Operators: o1 agent regular, o2 supervisor regular, o3 agent lite (inactive),
 * o4 owner lite, made on the 12th. o1, o2, o3 of account acme, o4 of account bee.
 * There on: o1 20 October, 9, 10, 15 November; o2 25 October, 9 November (twice, in two accounts); o4 14 November.
 * DAU of 9 to 15: 2, 1, 0, 0, 0, 1, 1: average 5/7. On the 15th: 1. Its 7 days (9 to 15): o1 o2 o4 = 3. Its 28 days (19 October
 * to 15 November): 3. The first day with data is 20 October, so those 28 days are not known.
 * On the 16th of November its 28 days begin on 20 October: o1 o2 o4 = 3, and nobody was there that day.
 * Licences: acme 5 agents from 1 October to 1 November, 7 from 1 November to 1 December; bee 2 from 10 to 14 November.
 */
describe('adoption', () => {
  const database = useDatabase();
  const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-16T12:00:00Z' };

  beforeAll(async () => {
    const { db } = database;
    asker.db = db;
    asker.tenantId = await makeTenant(db, 'adoption');
    const { tenantId } = asker;
    const operator = (
      id: string,
      role: string,
      type: string,
      active: boolean,
      account_id: string,
      created: string,
    ) => ({
      ...{ id, role, type, active, account_id },
      created_at: `${created}T00:00:00Z`,
    });
    await insertRows(db, 'crm.operators', tenantId, [
      operator('o1', 'agent', 'regular', true, 'acme', '2026-01-01'),
      operator('o2', 'supervisor', 'regular', true, 'acme', '2026-01-01'),
      operator('o3', 'agent', 'lite', false, 'acme', '2026-01-01'),
      operator('o4', 'owner', 'lite', true, 'bee', '2026-11-12'),
    ]);
    await db.run(sql`
      insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
      values (${tenantId}, 'operator', 'import', 'o3', 'active', 'true', 'false', '2026-11-14T10:00:00Z')`);
    const there = (operator_id: string, at: string, account_id = 'acme') => ({
      ...{ id: `${operator_id} ${at} ${account_id}`, operator_id, at: `${at}T09:00:00Z`, account_id },
    });
    await insertRows(db, 'crm.activity', tenantId, [
      ...['2026-10-20', '2026-11-09', '2026-11-10', '2026-11-15'].map((at) => there('o1', at)),
      ...['2026-10-25', '2026-11-09'].map((at) => there('o2', at)),
      there('o2', '2026-11-09', 'bee'),
      there('o4', '2026-11-14', 'bee'),
    ]);
    const licence = (id: string, account_id: string, from: string, to: string, agents: number) => ({
      ...{ id, account_id, billing_date: from, next_billing_date: to, agents },
    });
    await insertRows(db, 'crm.licences', tenantId, [
      licence('l1', 'acme', '2026-10-01', '2026-11-01', 5),
      licence('l2', 'acme', '2026-11-01', '2026-12-01', 7),
      licence('l3', 'bee', '2026-11-10', '2026-11-14', 2),
    ]);
    await settle(asker, { import: asker.now });
  });

  test('active users of a day, a week and a month are distinct ones', async () => {
    const result = await ask(asker, 'active-users', { period: '2026-11-09..2026-11-15', grain: 'day' });
    expect(result.value).toBeCloseTo(5 / 7, 12);
    expect(result.parts).toEqual({ dau: 1, wau: 3, mau: null, stickiness: null });
    expect(result.series.points.map(({ value }) => value)).toEqual([2, 1, 0, 0, 0, 1, 1]);
    expect((await ask(asker, 'active-users', { period: 'today' })).parts).toMatchObject({
      dau: 0,
      mau: 3,
      stickiness: 0,
    });
  });

  test('somebody there for two accounts is one, and in the row of each', async () => {
    const { breakdown } = await ask(asker, 'active-users', { period: '2026-11-09', by: 'account' });
    expect(breakdown?.rows.map(({ key, value }) => [key, value])).toEqual([
      ['acme', 2],
      ['bee', 1],
    ]);
  });

  test('users are those active then, by role', async () => {
    expect((await ask(asker, 'users', { period: 'today' })).parts).toEqual({
      ...{ admin: 0, owner: 1, supervisor: 1, agent: 1, non_agent: 2 },
    });
    const { value, series } = await ask(asker, 'users', { period: '2026-11-11..2026-11-14', grain: 'day' });
    expect([value, series.points.map((point) => point.value)]).toEqual([3, [3, 4, 4, 3]]);
  });

  test('licences are the agents of the billing periods that hold the day', async () => {
    const { value, series } = await ask(asker, 'licences', { period: '2026-11-08..2026-11-15', grain: 'day' });
    expect([value, series.points.map((point) => point.value)]).toEqual([7, [7, 7, 9, 9, 9, 9, 7, 7]]);
    expect((await ask(asker, 'licences', { period: '2026-10-31' })).value).toBe(5);
  });

  test('the mix is of accounts with a current licence', async () => {
    expect((await ask(asker, 'user-mix', { period: '2026-11-13' })).parts).toEqual({ regular: 2, lite: 2 });
    expect((await ask(asker, 'user-mix', { period: '2026-11-15' })).parts).toEqual({ regular: 2, lite: 0 });
  });
});
