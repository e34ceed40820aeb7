import PostalMime from 'postal-mime';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDeliveries } from '../../../src/app/deliveries/start.ts';
import { loadTenant } from '../../../src/app/tenants.ts';
import type { ChartRenderer } from '../../../src/charts/renderer.ts';
import type { Carrier } from '../../../src/deliveries/delivery.ts';
import type { Dispatcher } from '../../../src/deliveries/dispatcher.ts';
import { deliveriesOf } from '../../../src/deliveries/overview.ts';
import { fixedClock, movableClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { PrintRequest } from '../../../src/pdf/printer.ts';
import { putSubscription } from '../../../src/subscriptions/store.ts';
import { useDatabase } from '../../database.ts';
import { quickTiming } from '../../deliveries/post-office.ts';
import { until } from '../../jobs/company.ts';
import { makeCompany } from '../../reports/company.ts';

/* Deliveries as `crema start` runs them, with charts that cannot be drawn and carriers that keep what they are given. */

const database = useDatabase();
const clock = movableClock(fixedClock('2026-11-16T07:00:00Z'));
const broken = (): Promise<never> => Promise.reject(new Error('no canvas'));
const charts: ChartRenderer = { png: broken, svg: broken, sparkline: broken, close: async () => undefined };
const printed: string[] = [];
const sent: { kind: string; carrier: string; failures: number; bytes: Buffer }[] = [];

let deliveries: Dispatcher;
beforeAll(async () => {
  const { db } = database;
  const { tenant } = await makeCompany(db, 'default');
  const { tenantId } = tenant;
  const at = { cadence: { kind: 'weekly', day: 1 }, at: '08:00', timezone: 'UTC', viewer: 'boss@example.com' } as const;
  const mail = { carrier: 'mail', recipient: 'boss@example.com' } as const;
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, email, role)
    values (${tenantId}, 'boss@example.com', 'boss@example.com', 'executive')`);
  await db.tx(async (tx) => {
    await putSubscription(tx, tenantId, { kind: 'report', subject: 'weekly', ...mail, ...at }, clock.now());
    await putSubscription(tx, tenantId, { kind: 'digest', subject: 'morning-coffee', ...mail, ...at }, clock.now());
  });
  const carrier: Carrier = {
    async send({ kind, carrier: by, failures, letter }, handing) {
      await handing.handOver();
      const [file] = letter.files;
      const bytes = file ? Buffer.from(await handing.bytesOf(file)) : Buffer.alloc(0);
      sent.push({ kind, carrier: by, failures, bytes });
      return { kind: 'sent', proof: {} };
    },
  };
  deliveries = startDeliveries({
    ...{ db, tenant: await loadTenant(db, 'default'), settings: {}, clock, log: silentLog, charts },
    printer: {
      async print({ html }: PrintRequest) {
        printed.push(html);
        return Buffer.from('%PDF-1.7');
      },
    },
    mail: {
      settings: () => ({
        from: { name: 'Crema', address: 'crema@example.com' },
        ...{ replyTo: undefined, allowed: ['example.com'], insecureSmtp: false },
      }),
      ...{ publicUrl: 'http://127.0.0.1', carrier },
    },
    templates: { digests: () => ({}), reports: () => ({}), names: () => ({ digest: [], report: [] }) },
    schedule: () => ({ isHoliday: () => false, waitMinutes: 20 }),
    timing: { ...quickTiming, retryBaseMs: 10, longestWaitMs: 10 },
  });
  clock.moveTo(Temporal.Instant.from('2026-11-16T08:00:00Z'));
}, 60_000);
afterAll(() => deliveries.stop());

describe('what lost its charts', () => {
  test('is tried again, and then sent with the gap named', async () => {
    const tenant = await loadTenant(database.db, 'default');
    const states = async () =>
      (await deliveriesOf(database.db, tenant.tenantId, { limit: 9 })).map(({ state }) => state);
    await until('both are sent', async () => (await states()).every((state) => state === 'sent') && sent.length === 2);
    expect(sent.map(({ kind, failures }) => [kind, failures]).toSorted()).toEqual([
      ['digest', 2],
      ['report', 3],
    ]);
    expect(printed).toHaveLength(1);
    const gaps = printed[0]?.match(/The chart of [^<]+ is missing here\./g) ?? [];
    expect(gaps.length).toBeGreaterThan(10);
    const mail = async (kind: string) => PostalMime.parse(sent.find((one) => one.kind === kind)!.bytes);
    const report = await mail('report');
    expect(report.html).not.toContain('cid:');
    for (const said of [report.html, report.text]) expect(said).toContain('some small charts could not be drawn');
    expect(report.attachments.map(({ mimeType }) => mimeType)).toEqual(['application/pdf']);
    expect((await mail('digest')).html).toContain('The chart could not be drawn');
  });
});
