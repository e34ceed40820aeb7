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
const sent: { kind: string; carrier: string; failures: number; text: string }[] = [];

let deliveries: Dispatcher;
beforeAll(async () => {
  const { db } = database;
  const { tenant } = await makeCompany(db, 'default');
  const { tenantId } = tenant;
  const at = { cadence: { kind: 'weekly', day: 1 }, at: '08:00', timezone: 'UTC', viewer: 'boss@example.com' } as const;
  const mail = { carrier: 'mail', recipient: 'boss@example.com' } as const;
  await db.run({
    text: `insert into ops.people (tenant_id, person_id, email, role) values ($1, $2, $2, 'executive')`,
    values: [tenantId, 'boss@example.com'],
  } as never);
  await db.tx(async (tx) => {
    await putSubscription(tx, tenantId, { kind: 'report', subject: 'weekly', ...mail, ...at }, clock.now());
    await putSubscription(tx, tenantId, { kind: 'digest', subject: 'morning-coffee', ...mail, ...at }, clock.now());
  });
  const carrier: Carrier = {
    async send({ kind, carrier: by, failures, letter }, handing) {
      await handing.handOver();
      const [file] = letter.files;
      const text = file ? Buffer.from(await handing.bytesOf(file)).toString('utf8') : '';
      sent.push({ kind, carrier: by, failures, text });
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
    expect(printed[0]).toContain('could not be drawn');
    const textOf = (kind: string) => sent.find((one) => one.kind === kind)!.text.replaceAll('=\r\n', '');
    expect(textOf('report')).toContain('some small charts could not be drawn');
    expect(textOf('report')).not.toContain('cid:');
    expect(textOf('digest')).toContain('The chart could not be drawn');
  });
});
