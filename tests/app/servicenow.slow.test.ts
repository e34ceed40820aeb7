import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const root = path.join(import.meta.dirname, '..', '..');
const file = path.join(root, '..', 'shared', 'data', 'servicenow-incidents', 'incident_event_log.csv.gz');
const database = useDatabase();

/** Real data, 141,712 events; the figures are those its README publishes. */
describe.skipIf(!existsSync(file))('the ServiceNow incidents (skipped where ../shared/data is absent)', () => {
  const crema = (...argv: string[]) => runCrema(argv, { DATABASE_URL: database.url });
  const load = () =>
    crema('import', '--map', path.join(root, 'examples', 'maps', 'servicenow-incidents.yaml'), file, '--json');
  let first: { read: number; written: number; rejected: number };

  beforeAll(async () => {
    const ran = await load();
    expect(ran.note).toBe('');
    [first] = JSON.parse(ran.out);
  }, 120_000);

  test('are imported whole', () => {
    expect(first).toMatchObject({ read: 141_712, written: 24_918, rejected: 0 });
  });

  test('give the published SLA figures exactly', async () => {
    const result = JSON.parse(
      (await crema('kpi', 'sla-reported', 'all', 'by', 'priority', '--format', 'json')).out,
    ) as KpiResult;
    expect(result).toMatchObject({ numerator: 15_803, denominator: 24_918, parts: { unflagged: 0 } });
    expect(result.period).toMatchObject({ from: '2016-02-29', label: 'all', complete: true });
    expect(Number(result.value).toFixed(4)).toBe('0.6342');
    const percent = Object.fromEntries(
      result.breakdown!.rows.map((row) => [row.key, (Number(row.value) * 100).toFixed(2)]),
    );
    expect(percent).toEqual({ critical: '1.85', high: '0.49', medium: '64.54', low: '84.11' });
    expect(result.series.points.find((point) => point.at === '2016-03-01')).toMatchObject({
      numerator: 3585,
      denominator: 8995,
    });
  });

  test('give the published resolution times', async () => {
    const result = JSON.parse((await crema('kpi', 'resolution-time', 'all', '--format', 'json')).out) as KpiResult;
    expect(result.parts.count).toBe(23_362);
    expect((result.parts.average! / 3600).toFixed(2)).toBe('178.17');
    expect(Math.abs(Number(result.value) / 3600 / 22.1 - 1)).toBeLessThan(0.01);
  });

  test('change nothing when they are imported again, and every cell verifies', async () => {
    const [second] = JSON.parse((await load()).out) as [{ written: number; unchanged: number }];
    expect(second).toMatchObject({ written: 0, unchanged: 24_918 });
    const verified = await crema('refresh', '--verify');
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('0 differing cells') });
  });
});
