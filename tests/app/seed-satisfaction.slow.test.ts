import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const root = path.join(import.meta.dirname, '..', '..');
const file = path.join(root, '..', 'shared', 'data', 'crm-metrics-seed', 'satisfaction.csv');
const database = useDatabase();

/*
 * The whole file, by hand:
 *
 *   id       account  kind  score  answered       on 27 January  in the end
 *   sat_001  fac_001  csat  5      15 Jan 14:30   csat           csat satisfied
 *   sat_002  fac_001  csat  4      20 Jan 10:15   csat           csat satisfied
 *   sat_003  fac_001  csat  3      25 Jan 16:45   csat           csat neither
 *   sat_004  fac_001  nps   9      1 Feb 11:20    -              nps promoter
 *   sat_005  fac_001  nps   7      5 Feb 13:00    -              nps passive
 *   sat_006  fac_002  csat  5      18 Jan 09:00   csat           csat satisfied
 *   sat_007  fac_002  csat  4      22 Jan 15:30   csat           csat satisfied
 *   sat_008  fac_002  csat  2      28 Jan 12:45   -              csat dissatisfied
 *   sat_009  fac_002  nps   8      2 Feb 10:30    -              nps passive
 *   sat_010  fac_002  nps   6      8 Feb 14:15    -              nps detractor
 *
 * csat on 27 January: (5 + 4 + 3 + 5 + 4) / 5 = 21 / 5; fac_001 12 / 3, fac_002 9 / 2; 4 of 5 satisfied, none dissatisfied.
 * csat in the end: 23 / 6; fac_001 12 / 3, fac_002 (5 + 4 + 2) / 3 = 11 / 3; 4 of 6 satisfied, 1 of 6 dissatisfied.
 * nps on 27 January: nobody was asked. On 4 February: sat_004 and sat_009, 100 x (1 - 0) / 2 = 50.
 * nps in the end: 100 x (1 - 1) / 4 = 0; fac_001 100 x (1 - 0) / 2 = 50, fac_002 100 x (0 - 1) / 2 = -50.
 */
describe.skipIf(!existsSync(file))('the seed survey answers (skipped where ../shared/data is absent)', () => {
  const crema = (...argv: string[]) => runCrema(argv, { DATABASE_URL: database.url });
  const january = '2024-01-27T00:00:00Z';
  const end = '2024-03-01T00:00:00Z';

  beforeAll(async () => {
    const map = path.join(root, 'examples', 'maps', 'seed-satisfaction.yaml');
    const ran = await crema('import', '--map', map, file, '--as-of', end, '--strict', '--json');
    expect(ran.note).toBe('');
    expect(JSON.parse(ran.out)).toMatchObject([{ read: 10, inserted: 10, rejected: 0, asOf: end }]);
  });

  async function kpi(now: string, ...words: string[]): Promise<KpiResult> {
    const { out } = await crema('kpi', ...words, '--format', 'json', '--now', now);
    return JSON.parse(out) as KpiResult;
  }
  const byAccount = (result: KpiResult) =>
    result
      .breakdown!.rows.map(({ key, value, denominator }) => [key, value, denominator])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

  test('csat as of 27 January', async () => {
    const result = await kpi(january, 'csat', 'all', 'by', 'account');
    expect(result).toMatchObject({
      ...{ unit: 'score', outOf: 5, value: 21 / 5, numerator: 21, denominator: 5 },
      parts: { satisfied: 4 / 5, dissatisfied: 0, answers: 5 },
      period: { from: '2024-01-15', to: '2024-01-26' },
      distribution: {
        bands: [
          { label: '1', count: 0 },
          { label: '2', count: 0 },
          { label: '3', count: 1 },
          { label: '4', count: 2 },
          { label: '5', count: 2 },
        ],
      },
    });
    expect(byAccount(result)).toEqual([
      ['fac_001', 4, 3],
      ['fac_002', 4.5, 2],
    ]);
  });

  test('csat in the end', async () => {
    const result = await kpi(end, 'csat', 'all', 'by', 'account');
    expect(result).toMatchObject({
      ...{ value: 23 / 6, parts: { satisfied: 4 / 6, dissatisfied: 1 / 6, answers: 6 } },
      period: { from: '2024-01-15', to: '2024-01-29', complete: true },
      notes: ['Few cases: only 6.'],
    });
    expect(byAccount(result)).toEqual([
      ['fac_001', 4, 3],
      ['fac_002', 11 / 3, 3],
    ]);
  });

  test('nps as of 27 January is not measured, which is not 0', async () => {
    const result = await kpi(january, 'nps', 'all', 'by', 'account');
    expect(result).toMatchObject({
      value: null,
      parts: { promoters: null, passives: null, detractors: null, answers: null },
      requires: ['no answers to recommendation surveys in source import'],
    });
    expect((await crema('kpi', 'nps', 'all', '--now', january)).code).toBe(3);
  });

  test('nps as of 4 February, and in the end', async () => {
    expect(await kpi('2024-02-04T00:00:00Z', 'nps', 'all')).toMatchObject({
      ...{ unit: 'points', value: 50, numerator: 100, denominator: 2 },
      parts: { promoters: 1, passives: 1, detractors: 0, answers: 2 },
    });
    const result = await kpi(end, 'nps', 'all', 'by', 'account');
    expect(result).toMatchObject({
      ...{ value: 0, numerator: 0, denominator: 4 },
      parts: { promoters: 1, passives: 2, detractors: 1, answers: 4 },
    });
    expect(byAccount(result)).toEqual([
      ['fac_001', 50, 2],
      ['fac_002', -50, 2],
    ]);
  });

  test('last month is compared with the month before', async () => {
    // As of 20 February last month is January: csat 23 / 6, and nothing before.
    expect(await kpi('2024-02-20T00:00:00Z', 'csat', 'last month')).toMatchObject({
      value: 23 / 6,
      period: { from: '2024-01-01', to: '2024-02-01' },
      comparison: { period: { from: '2023-12-01', to: '2024-01-01' }, verdict: 'no-baseline' },
    });
    const told = await crema('kpi', 'nps', 'last', 'month', '--now', end);
    expect(told.out).toContain('0 points');
    expect(told.out).toContain('1–31 Jan');
  });

  test('every cell verifies', async () => {
    expect(await crema('refresh', '--verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 differing cells'),
    });
  });
});
