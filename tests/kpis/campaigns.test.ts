import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';

/*
 * Zone UTC, asked on Monday 2026-11-16 12:00. The default period is 9 to 15 November; reads and replies ripen 2 days, so it
 * is 7 to 13 November there.
 *
 * id  template sent      recipients delivered read replied failed   reports
 * k1  promo    09 10:00  1000       900       450  90      100      a report of an hour later said 400 delivered
 * k2  promo    10 10:00   500       400       100   8      100
 * k3  news     11 10:00    40        40        20  10        0      k3 and k1 in the account acme, k2 in none
 * k4  news     12 10:00  no report yet (active)
 * k5  promo    12 11:00    10        10         5   5        0
 * h1  promo    20 Oct    2000      1600       800 160      400      acme, history: 160 / 1600 = 10 %
 * h2  promo    20 Oct    1000      1000       500 100        0      no account, history: 100 / 1000 = 10 %
 * d1  promo    10 10:00   999       999       999 999        0      account of a demo: left out
 *
 * Delivered 900 + 400 + 40 + 10 = 1350, recipients 1550, read 575, replied 113, failed 200.
 * Delivery 1350 / 1550; read 575 / 1350; reply 113 / 1350; failure 200 / 1550.
 * Wilson lower ends of the reply rates: k1 90/900: (0.1 + 3.8415/1800) / (1 + 3.8415/900) = 0.10170; half width
 *   1.96/(1.004268) x sqrt(0.1 x 0.9/900 + 3.8415/(4 x 810000)) = 0.019632: low 0.08207. k3 10/40: centre
 *   (0.25 + 3.8415/80) / (1 + 3.8415/40) = 0.27191, half 1.96/1.09604 x sqrt(0.25 x 0.75/40 + 3.8415/6400) = 0.13004:
 *   low 0.14187. k2 8/400 is the last one. k5 has fewer than 30.
 * Against the usual: k1 10 % against 10 %: as usual. k2 2 % against 10 %: below. k3 25 % against acme's 160/1600 and k1's
 *   90/900 before it, 250/2500 = 10 %: 15 points more, Newcombe's lower end 0.25-0.1 - sqrt((0.25-0.14187)^2 + (0.1124-0.1)^2)
 *   = 0.15 - 0.1088 > 0: above. k5: few cases.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-16T12:00:00Z' };
const version = (at: string) => Number(Temporal.Instant.from(at).epochNanoseconds / 1000n);

type Sent = [id: string, template: string, sent: string, account: string | null, status: string];
const sent: Sent[] = [
  ['k1', 'promo', '2026-11-09T10:00:00Z', 'acme', 'completed'],
  ['k2', 'promo', '2026-11-10T10:00:00Z', null, 'completed'],
  ['k3', 'news', '2026-11-11T10:00:00Z', 'acme', 'completed'],
  ['k4', 'news', '2026-11-12T10:00:00Z', null, 'active'],
  ['k5', 'promo', '2026-11-12T11:00:00Z', null, 'completed'],
  ['h1', 'promo', '2026-10-20T10:00:00Z', 'acme', 'completed'],
  ['h2', 'promo', '2026-10-20T10:00:00Z', null, 'completed'],
  ['d1', 'promo', '2026-11-10T10:00:00Z', 'toy', 'completed'],
];
const reports: [id: string, at: string, ...counters: number[]][] = [
  ['k1', '2026-11-09T11:00:00Z', 1000, 400, 100, 10, 20],
  ['k1', '2026-11-09T12:00:00Z', 1000, 900, 450, 90, 100],
  ['k2', '2026-11-10T12:00:00Z', 500, 400, 100, 8, 100],
  ['k3', '2026-11-11T12:00:00Z', 40, 40, 20, 10, 0],
  ['k5', '2026-11-12T12:00:00Z', 10, 10, 5, 5, 0],
  ['h1', '2026-10-21T12:00:00Z', 2000, 1600, 800, 160, 400],
  ['h2', '2026-10-21T12:00:00Z', 1000, 1000, 500, 100, 0],
  ['d1', '2026-11-10T12:00:00Z', 999, 999, 999, 999, 0],
];

async function write(entity: 'campaign' | 'campaign_report', values: Record<string, unknown>[], at: string) {
  const { tenantId, timezone } = asker;
  await database.db.tx((tx) =>
    writeRecords(tx, { tenant: { tenantId, timezone }, at: Temporal.Instant.from(at) }, [
      {
        entity,
        source: 'chat',
        version: 'time',
        records: values.map((one) => ({ version: version(at), values: one })),
      },
    ]),
  );
}

const reportOf = ([campaign_id, at, recipients, delivered, read, replied, failed]: (typeof reports)[number]) => ({
  ...{ campaign_id, at, recipients, delivered, read, replied, failed },
});

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'campaigns');
  await database.db.run(sql`update ops.tenants set demo_accounts = '{toy}' where tenant_id = ${asker.tenantId}`);
  await write(
    'campaign',
    sent.map(([id, template, sent_at, account_id, status]) => ({
      ...{ id, name: `Campaign ${id}`, template, sent_at, account_id, status },
    })),
    '2026-11-15T00:00:00Z',
  );
  await write('campaign_report', reports.map(reportOf), '2026-11-15T00:00:00Z');
  await settle(asker, { chat: asker.now });
});

const week = '2026-11-09..2026-11-15';

describe('campaigns', () => {
  test.each([
    ['delivery-rate', 1350, 1550],
    ['read-rate', 575, 1350],
    ['reply-rate', 113, 1350],
    ['failure-rate', 200, 1550],
    ['campaign-funnel', 113, 1550],
  ])('%s is sum over sum of the latest reports', async (id, numerator, denominator) => {
    const result = await ask(asker, id, { period: week });
    expect(result).toMatchObject({ numerator, denominator, value: numerator / denominator });
  });

  test('the funnel tells what is lost at each step', async () => {
    expect((await ask(asker, 'campaign-funnel', { period: week })).funnel?.stages.map(({ count }) => count)).toEqual([
      1550, 1350, 575, 113,
    ]);
  });

  test('are ranked by what their reply rate is at least, and judged by the account’s own history', async () => {
    const { breakdown } = await ask(asker, 'campaigns', { period: week });
    expect(breakdown?.rows.map(({ key, rank, status, value }) => [key, rank, status, value])).toEqual([
      ['k3', 1, 'above usual', 10 / 40],
      ['k1', 2, 'as usual', 90 / 900],
      ['k2', 3, 'below usual', 8 / 400],
      ['k5', null, 'few cases', 5 / 10],
      ['k4', null, 'no report yet', null],
    ]);
  });

  test('asked as of earlier, only what had been reported by then is known', async () => {
    const result = await ask(asker, 'delivery-rate', { period: '2026-11-09', now: '2026-11-09T11:30:00Z' });
    expect(result).toMatchObject({ numerator: 400, denominator: 1000 });
    expect((await ask(asker, 'delivery-rate', { period: '2026-11-09' })).numerator).toBe(900);
  });

  test('a report that comes late is in the number after the next drain, on the day its campaign was sent', async () => {
    await write('campaign_report', [reportOf(['h1', '2026-11-16T08:00:00Z', 2000, 1700, 900, 170, 300])], asker.now);
    const marked = await database.db.query(sql`
      select rollup, bucket from ops.dirty where tenant_id = ${asker.tenantId} group by 1, 2`);
    expect(marked).toEqual([{ rollup: 'campaign-daily', bucket: '2026-10-20' }]);
    await database.db.run(sql`delete from ops.dirty where tenant_id = ${asker.tenantId}`);
    await database.db.run(
      sql`delete from crm.campaign_reports where tenant_id = ${asker.tenantId} and at > '2026-11-16'`,
    );
  });

  test('running now, and running then, as far as changes of status were seen', async () => {
    const running = async (period: string, now = asker.now) =>
      (await ask(asker, 'active-campaigns', { period, now })).breakdown?.rows.map(({ key }) => key);
    expect(await running('today')).toEqual(['k4']);
    await write('campaign', [{ id: 'k4', name: 'Campaign k4', status: 'completed' }], '2026-11-16T09:00:00Z');
    expect(await running('today')).toEqual([]);
    expect(await running('2026-11-15')).toEqual(['k4']);
    expect(await running('2026-11-11')).toEqual([]);
    expect(await running('today', '2026-11-16T08:00:00Z')).toEqual(['k4']);
  });

  test('are for supervisors and up', async () => {
    const { tenantId } = asker;
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, role) values (${tenantId}, 'agent', 'agent'), (${tenantId}, 'boss', 'supervisor')`);
    expect(await askOutcome(asker, 'reply-rate', { viewer: 'agent' })).toMatchObject({ kind: 'not-permitted' });
    expect(await ask(asker, 'reply-rate', { period: week, viewer: 'boss' })).toMatchObject({ denominator: 1350 });
  });
});
