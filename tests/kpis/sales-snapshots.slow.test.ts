import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { addDays, startOfDay } from '../../src/domain/period.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { drain } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { snapshots } from '../../src/rollups/snapshots.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type LeadState, type OpportunityState, writeLeads, writeOpportunities } from '../rollups/writing.ts';
import { type Asker, ask, askOutcome } from './asking.ts';

/*
 * Two leads of New York in October 2026, in minor units; weighted = amount x probability x stage weight:
 *   1 October   a: 1,000.00 at sql: 1,000 x 0.3 x 0.25 = 75.00
 *   2 October   a: 1,000.00 at opportunity: 250.00; b: 400.00 at lead: 400 x 0.15 x 0.1 = 6.00; an opportunity of a
 *   3 October   nothing changed
 *   4 October   b is deleted; a is won: 1,000.00
 * What is known at last: a won. A snapshot is taken ten minutes after each midnight of New York, on the 4th none.
 */
const database = useDatabase();
const timezone = 'America/New_York';
const asker: Asker = { db: undefined as never, tenantId: 0, timezone, now: '2026-10-06T16:00:00Z' };

const a: LeadState = {
  ...{ id: 'a', version: 1, created_at: '2026-09-20T15:00:00Z', stage: 'sql', qualified_at: '2026-09-30T15:00:00Z' },
  ...{
    updated_at: '2026-10-01T15:00:00Z',
    closed_at: null,
    amount_minor: 100_000,
    operator_id: 'x',
    account_id: 'acme',
  },
};
const b: LeadState = {
  ...{ id: 'b', version: 1, created_at: '2026-10-02T15:00:00Z', stage: 'lead', qualified_at: null },
  ...{
    updated_at: '2026-10-02T15:00:00Z',
    closed_at: null,
    amount_minor: 40_000,
    operator_id: 'y',
    account_id: 'blue',
  },
};
const deal: OpportunityState = {
  ...{ id: 'd', version: 1, lead_id: 'a', created_at: '2026-10-02T16:00:00Z', engaged_at: null, closed_at: null },
  ...{ status: 'open', amount_minor: 90_000, product: null, operator_id: 'x', account_id: null },
};

const tenant = () => ({ tenantId: asker.tenantId, timezone });
const midnight = (day: string) => startOfDay(addDays(day, 1), timezone);

/** As the daily job does: after the aggregates have been brought up to date. */
async function keep(day: string): Promise<number[]> {
  const rows: number[] = [];
  for (const rollup of rollups) await drain(database.db, rollup, tenant(), Temporal.Instant.from(asker.now));
  for (const snapshot of snapshots)
    rows.push(await database.db.tx((tx) => snapshot.take(tx, tenant(), day, midnight(day))));
  return rows;
}

async function load(at: string, leads: LeadState[], opportunities: OpportunityState[] = []): Promise<void> {
  const run = { tenant: tenant(), at: Temporal.Instant.from(at) };
  await database.db.tx((tx) => writeLeads(tx, run, leads));
  await database.db.tx((tx) => writeOpportunities(tx, run, opportunities));
}

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'kept', { timezone });
  expect(await keep('2026-09-30')).toEqual([0, 0]);
  await load('2026-10-01T16:00:00Z', [a]);
  expect(await keep('2026-10-01')).toEqual([1, 3]);
  const opened = { ...a, version: 2, stage: 'opportunity', updated_at: '2026-10-02T16:00:00Z' };
  await load('2026-10-02T17:00:00Z', [opened, b], [deal]);
  expect(await keep('2026-10-02')).toEqual([2, 6]);
  expect(await keep('2026-10-03')).toEqual([2, 6]);
  await load('2026-10-04T17:00:00Z', [
    { ...opened, version: 3, stage: 'won', closed_at: '2026-10-04T16:00:00Z', updated_at: '2026-10-04T16:00:00Z' },
  ]);
  const run = { tenant: tenant(), at: Temporal.Instant.from('2026-10-04T17:00:00Z') };
  await database.db.tx((tx) =>
    deleteRecords(tx, run, { entity: entities.lead, source: 'import', ids: ['b'], version: 9 }),
  );
  // The job was away on the 4th, and comes back in the afternoon of the 6th.
  await load('2026-10-06T12:00:00Z', []);
  expect(await keep('2026-10-04')).toEqual([0, 0]);
  for (const rollup of rollups) await drain(database.db, rollup, tenant(), Temporal.Instant.from(asker.now));
});

describe('the pipeline as it was believed to be', () => {
  const value = async (asked: Parameters<typeof ask>[2]) => (await ask(asker, 'pipeline', asked)).value;

  test('on each day that was kept, however it looks now', async () => {
    expect(await value({ asOfDate: '2026-10-01' })).toBe('75.00');
    expect(await value({ asOfDate: '2026-10-02' })).toBe('256.00');
    expect(await value({ asOfDate: '2026-10-03' })).toBe('256.00');
    expect(await value({ period: 'today' })).toBe('1000.00');
  });

  test('under other assumptions than were made then: 1,000 x 0.5 + 400 x 0.15', async () => {
    expect(await value({ asOfDate: '2026-10-03', scenario: 'unweighted' })).toBe('560.00');
  });

  test('in rows and by filters', async () => {
    const { breakdown } = await ask(asker, 'pipeline', { asOfDate: '2026-10-02', by: 'account' });
    expect(breakdown!.rows.map(({ key, value: worth }) => [key, worth])).toEqual([
      ['acme', '250.00'],
      ['blue', '6.00'],
    ]);
    expect(await value({ asOfDate: '2026-10-02', filters: [['month', '2026-09']] })).toBe('250.00');
  });

  test('over time, with a gap where no day was kept', async () => {
    const { series } = await ask(asker, 'pipeline', { period: '2026-09-30..2026-10-06' });
    expect(series.points.map(({ at, value: worth }) => [at.slice(8), worth])).toEqual([
      ['30', null],
      ['01', '75.00'],
      ['02', '256.00'],
      ['03', '256.00'],
      // Nothing was updated after the 4th, so what is known now was so at its end already.
      ['04', '1000.00'],
      ['05', '1000.00'],
      ['06', '1000.00'],
    ]);
  });

  test('not on a day that was not kept, which is said', async () => {
    for (const asked of [{ asOfDate: '2026-10-04' }, { period: '2026-09-30' }]) {
      const result = await ask(asker, 'pipeline', asked);
      expect(result.value).toBeNull();
      expect(result.notes).toEqual([
        'What the pipeline was at the end of that day is not known: days are kept since 1 Oct 2026. `pipeline today` is known.',
      ]);
    }
  });

  test('a KPI that keeps no days says so', async () => {
    expect(await askOutcome(asker, 'leads', { asOfDate: '2026-10-01' })).toEqual({ kind: 'no-snapshots' });
  });
});

describe('the funnel as it was believed to be', () => {
  test('by whole months', async () => {
    const parts = async (period: string, asOfDate: string) => (await ask(asker, 'funnel', { period, asOfDate })).parts;
    expect(await parts('2026-09', '2026-10-01')).toMatchObject({
      leads: 1,
      sql: 1,
      cohort_sql: 1,
      cohort_opportunities: 0,
    });
    expect(await parts('2026-09', '2026-10-02')).toMatchObject({ leads: 1, cohort_opportunities: 1, cohort_won: 0 });
    expect(await parts('2026-10', '2026-10-03')).toMatchObject({ leads: 1, opportunities: 1, won: 0 });
    expect((await ask(asker, 'funnel', { period: '2026-10' })).parts).toMatchObject({ leads: 0, opportunities: 1 });
    expect((await ask(asker, 'funnel', { period: '2026-09' })).parts).toMatchObject({ cohort_won: 1 });
  });

  test('and of nothing else, which is said', async () => {
    const asked = { period: '2026-09-10..2026-09-20', asOfDate: '2026-10-02' };
    const { value, notes } = await ask(asker, 'funnel', asked);
    expect([value, notes]).toEqual([
      null,
      ['What was believed on an earlier day is kept by month: ask for whole months, `2026-09` or `ytd`.'],
    ]);
    const missed = await ask(asker, 'funnel', { period: '2026-09', asOfDate: '2026-10-04' });
    expect([missed.value, missed.notes]).toEqual([null, ['What was believed on that day is not kept.']]);
  });
});

describe('keeping', () => {
  test('a day once: neither again nor after a later one', async () => {
    expect(await keep('2026-10-03')).toEqual([0, 0]);
    expect(await keep('2026-09-29')).toEqual([0, 0]);
  });

  test('what does not change is stored once', async () => {
    const rows = await database.db.query(sql`
      select stage, since, day from mart.pipeline_snapshot where tenant_id = ${asker.tenantId} order by since, stage`);
    expect(rows).toEqual([
      { stage: 'sql', since: '2026-10-01', day: '2026-10-01' },
      { stage: 'lead', since: '2026-10-02', day: 'infinity' },
      { stage: 'opportunity', since: '2026-10-02', day: 'infinity' },
    ]);
  });

  test('facts after midnight are not of the day that has ended', async () => {
    const other = { tenantId: await makeTenant(database.db, 'late', { timezone }), timezone };
    const run = { tenant: other, at: Temporal.Instant.from('2026-10-02T04:05:00Z') };
    // Midnight of New York is 04:00 UTC: created a second before, qualified and created at it.
    await database.db.tx((tx) =>
      writeLeads(tx, run, [
        { ...a, id: 'before', stage: 'sql', created_at: '2026-10-02T03:59:59Z', qualified_at: '2026-10-02T04:00:00Z' },
        { ...a, id: 'after', created_at: '2026-10-02T04:00:00Z' },
      ]),
    );
    await database.db.tx((tx) => snapshots[0]!.take(tx, other, '2026-10-01', midnight('2026-10-01')));
    const rows = await database.db.query(sql`
      select stage, leads from mart.pipeline_snapshot where tenant_id = ${other.tenantId}`);
    expect(rows).toEqual([{ stage: 'lead', leads: 1 }]);
  });

  test('days older than a year are forgotten', async () => {
    const other = { tenantId: await makeTenant(database.db, 'old'), timezone: 'UTC' };
    await database.db.tx((tx) =>
      writeLeads(tx, { tenant: other, at: Temporal.Instant.from('2025-01-01T00:00:00Z') }, [a]),
    );
    const take = (day: string) =>
      database.db.tx((tx) => snapshots[0]!.take(tx, other, day, Temporal.Instant.from(`${addDays(day, 1)}T00:00:00Z`)));
    for (const day of ['2025-01-01', '2025-01-02', '2026-01-02']) await take(day);
    expect(
      await database.db.query(sql`select day from ops.snapshots where tenant_id = ${other.tenantId} order by day`),
    ).toEqual([{ day: '2025-01-02' }, { day: '2026-01-02' }]);
  });
});
