import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { receiptOf } from '../../src/answers/receipts.ts';
import { seesAll } from '../../src/answers/rights.ts';
import { checkSpec } from '../../src/charts/check-spec.ts';
import type { Db } from '../../src/db/db.ts';
import { everything } from '../../src/db/viewer.ts';
import { type DigestDeps, sameDaysBefore } from '../../src/digests/ask-lines.ts';
import { lacksFor } from '../../src/digests/lacks.ts';
import { type DigestOrder, makeDigest } from '../../src/digests/make.ts';
import { templateOf } from '../../src/digests/template.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { kpiOf } from '../../src/kpis/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import { drain } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { useDatabase } from '../database.ts';
import { makeCompany, now } from '../slack/company.ts';

const database = useDatabase();

async function drainTickets(db: Db, tenant: Tenant): Promise<void> {
  for (const rollup of rollups.filter(({ stream }) => stream === 'ticket'))
    await drain(db, rollup, tenant, Temporal.Instant.from(now));
}
const weekend = { from: '2026-11-13', to: '2026-11-16' };

async function company(digests = {}) {
  const tenant = await makeCompany(database.db);
  const deps: DigestDeps = {
    ...{ db: database.db, tenant, settings: {}, now: Temporal.Instant.from(now), log: silentLog },
  };
  const make = (changes: Partial<DigestOrder> = {}, more: Partial<DigestDeps> = {}) =>
    makeDigest(
      { ...deps, ...more },
      {
        template: templateOf(digests, 'morning-coffee'),
        ...{ viewer: 'maya', period: weekend, locale: 'en', timezone: 'Asia/Jakarta', followed: null },
        ...changes,
      },
    );
  return { tenant, deps, make };
}

describe('morning coffee', () => {
  test('tells the days since the last one against the same weekdays before, each number with a receipt of its own', async () => {
    const { tenant, make } = await company({ 'morning-coffee': { headlines: ['sla-reported', 'tickets'] } });
    const digest = await make();
    expect(digest).toMatchObject({
      ...{ title: 'Morning coffee', date: '2026-11-16', scope: '', asOf: '2026-11-16T01:00:00Z', late: [] },
      comparedWith: { from: '2026-11-06', to: '2026-11-09' },
    });
    expect(digest.lines.map(({ kpi, shown, change, was, target }) => [kpi, shown, change, was, target?.met])).toEqual([
      ['sla-reported', '90.0 %', 'up 10.0 points, within chance', 0.8, true],
      ['tickets', '60', 'unchanged', 60, undefined],
    ]);
    expect(new Set(digest.lines.map(({ receipt }) => receipt)).size).toBe(2);
    const kept = await receiptOf(database.db, tenant.tenantId, digest.lines[1]!.receipt!);
    expect(kept).toMatchObject({ viewer: 'maya', words: 'tickets 2026-11-13..2026-11-15 vs 2026-11-06..2026-11-08' });
    expect(digest.chart?.panels?.[1]).toMatchObject({ value: '60', zero: true, about: [11, 13] });
    checkSpec(digest.chart!);
    expect(JSON.parse(JSON.stringify(digest))).toEqual(digest);
  });

  test('has, unless told otherwise, the headline numbers that there is data for', async () => {
    const { make } = await company();
    const { lines } = await make();
    expect(lines.map(({ kpi }) => kpi)).toContain('tickets');
    expect(lines.map(({ kpi }) => kpi)).not.toContain('reach');
    expect(lines.length).toBeLessThanOrEqual(8);
  });

  test('is each person’s own: their records, the numbers they follow, nothing that they may not see', async () => {
    const { make } = await company();
    const followed = ['tickets', 'contacts', 'csat'].map((id) => kpiOf(id)!);
    const own = await make({ viewer: 'rafael', followed });
    expect(own.lines.map(({ kpi, shown }) => [kpi, shown])).toEqual([
      ['tickets', '30'],
      ['csat', 'no data'],
    ]);
    expect(own.scope).toBe('records of Rafael Costa only');
    expect(own.lines[1]?.receipt).toBeNull();
    const together = await make({ viewer: 'maya sari', followed });
    expect(together.lines[0]).toMatchObject({ kpi: 'tickets', shown: '30' });
    expect(together.scope).toBe('team Tier 2 only');
    await expect(make({ viewer: 'nobody' })).rejects.toMatchObject({ code: 'DIGEST_VIEWER' });
  });

  test('leaves a day that has not ended where the data is counted to the next one', async () => {
    const { make } = await company({ 'morning-coffee': { headlines: ['tickets'] } });
    const ahead = await make({ period: { from: '2026-11-16', to: '2026-11-17' } });
    expect(ahead).toMatchObject({ date: '2026-11-16', period: { from: '2026-11-15', to: '2026-11-16' } });
  });

  test('only looked at keeps no receipts and tells nothing to anybody', async () => {
    const { tenant, make } = await company({ 'morning-coffee': { headlines: ['tickets'] } });
    const digest = await make({ dryRun: true, viewer: everything });
    expect(digest.lines[0]).toMatchObject({ shown: '60', receipt: null });
    const [row] = await database.db.query<{ kept: number }>(sql`
      select (select count(*) from ops.receipts where tenant_id = ${tenant.tenantId})
        + (select count(*) from ops.findings where tenant_id = ${tenant.tenantId}) as kept`);
    expect(Number(row?.kept)).toBe(0);
  });

  test('tells a target that is newly missed once, and again only when it was met for a week or is missed by more', async () => {
    const { tenant, deps, make } = await company({ 'morning-coffee': { headlines: ['sla-reported'] } });
    const { db } = deps;
    const change = async (days: readonly string[], met: number) => {
      const tickets = days.map((day) => `t-${Number(day.slice(8)) - 1}-`);
      await db.run(sql`
        update crm.tickets set sla_met = split_part(id, '-', 3)::int < ${met}
        where tenant_id = ${tenant.tenantId} and regexp_replace(id, '[0-9]+$', '') = any (${tickets}::text[])`);
      await db.run(sql`
        insert into ops.dirty (tenant_id, rollup, bucket)
        select tenant_id, rollup, day from ops.rollups, unnest(${days as string[]}::date[]) day
        where tenant_id = ${tenant.tenantId} and rollup like 'ticket%'`);
      await drainTickets(db, tenant);
    };
    await change(['2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06', '2026-11-07'], 20);
    await change(['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13'], 17);
    // 20 tickets a day are few cases; three days are 60.
    const days = (from: string) => ({ from, to: Temporal.PlainDate.from(from).add({ days: 3 }).toString() });
    const texts = async (from: string) => (await make({ period: days(from) })).findings.map(({ text }) => text).join();
    const first = await texts('2026-11-10');
    expect(first.replaceAll('\u202f', ' ')).toContain('missed its target: 85.0 %, target 90 % (100.0 % before).');
    expect(await texts('2026-11-10')).toBe(first);
    expect(await texts('2026-11-11')).not.toContain('missed its target');
    await change(['2026-11-14'], 2);
    expect(await texts('2026-11-12')).toContain('missed its target');
  });

  test('is not made for others who see the same when its viewer does not see that any more', async () => {
    const { deps, make } = await company({ 'morning-coffee': { headlines: ['tickets'] } });
    const own = { all: false, teams: [], operators: [] };
    const before = await deps.db.query(sql`select from ops.receipts`);
    await expect(make({ sees: { roles: ['agent'], rights: own } })).rejects.toThrow('has changed while it was made');
    await expect(make({ sees: { roles: ['supervisor'], rights: seesAll } })).rejects.toThrow('has changed');
    expect(await deps.db.query(sql`select from ops.receipts`)).toHaveLength(before.length);
    expect((await make({ sees: { roles: ['executive'], rights: seesAll } })).lines).toHaveLength(1);
  });

  test('says which source is late or does not reach its days, and waits for those that promise to', async () => {
    const { tenant, deps, make } = await company({ 'morning-coffee': { headlines: ['tickets'] } });
    const template = templateOf({ 'morning-coffee': { headlines: ['tickets'] } }, 'morning-coffee');
    const stream = (asOf: string | null, minutes: number | null) =>
      deps.db.run(sql`
        update ops.streams set as_of = ${asOf}::timestamptz, refresh_sla_minutes = ${minutes}::int
        where tenant_id = ${tenant.tenantId}`);
    const lacks = () => lacksFor(deps, template, 'maya', weekend);
    expect(await lacks()).toEqual([]);
    await stream('2026-11-15T16:00:00Z', 24 * 60);
    expect(await lacks()).toEqual(['crm:ticket']);
    expect((await make()).late).toEqual([
      { source: 'crm', streams: ['ticket'], asOf: '2026-11-15T16:00:00Z', isLate: false },
    ]);
    await stream('2026-11-16T00:00:00Z', 30);
    expect(await lacks()).toEqual(['crm:ticket']);
    const late = await make();
    expect(late.late[0]).toMatchObject({ isLate: true });
    expect(late.findings).toMatchObject([{ kind: 'late', text: 'Newly late: crm (ticket) reaches 16 Nov 07:00.' }]);
    await stream('2026-11-15T16:00:00Z', null);
    expect(await lacks()).toEqual([]);
    await stream(null, 30);
    expect(await lacks()).toEqual([]);
  });
});

test('days are compared with the same weekdays before, whole weeks earlier', () => {
  const before = (from: string, to: string) => Object.values(sameDaysBefore({ from, to }));
  expect(before('2026-11-20', '2026-11-23')).toEqual(['2026-11-13', '2026-11-16']);
  expect(before('2026-11-20', '2026-11-21')).toEqual(['2026-11-13', '2026-11-14']);
  expect(before('2026-11-16', '2026-11-23')).toEqual(['2026-11-09', '2026-11-16']);
  expect(before('2026-11-13', '2026-11-23')).toEqual(['2026-10-30', '2026-11-09']);
});

test('an unknown digest is refused with the closest', () => {
  expect(() => templateOf({ sales: {} }, 'morning-cofee')).toThrow(/did you mean morning-coffee/);
  expect(templateOf({ 'sales-week': {} }, 'sales-week')).toMatchObject({ title: 'Sales week', findings: 3 });
});
