import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const root = path.join(import.meta.dirname, '..', '..');
const data = path.join(root, '..', 'shared', 'data', 'crm-metrics-seed');
const database = useDatabase();

/*
 * leads.csv, by hand. Weighted = amount x win probability x stage weight, unweighted = amount x win probability:
 * lead 0.15 and 0.1, sql 0.30 and 0.25, opportunity 0.50 and 0.5, won 1 and 1, lost 0 and 0.
 *
 *   lead  account  rep  month    stage        amount    unweighted   weighted     qualified  linked opportunity
 *   001   fac_001  001  2024-01  lead          50,000    7,500.00      750.00     8 Jan      -
 *   002   fac_001  001  2024-01  sql           75,000   22,500.00    5,625.00     10 Jan     001 won
 *   003   fac_001  001  2024-01  won          100,000  100,000.00  100,000.00     12 Jan     -
 *   004   fac_001  002  2024-01  opportunity   85,000   42,500.00   21,250.00     15 Jan     002 open
 *   005   fac_001  002  2024-01  lost          60,000        0.00        0.00     12 Jan     -
 *   006   fac_002  003  2024-01  lead          45,000    6,750.00      675.00     -          -
 *   007   fac_002  003  2024-01  sql           70,000   21,000.00    5,250.00     16 Jan     003 won
 *   008   fac_002  003  2024-01  won           95,000   95,000.00   95,000.00     18 Jan     -
 *   009   fac_001  001  2024-02  lead          55,000    8,250.00      825.00     -          -
 *   010   fac_001  002  2024-02  sql           80,000   24,000.00    6,000.00     8 Feb      004 open
 *   011   fac_002  003  2024-02  opportunity   90,000   45,000.00   22,500.00     10 Feb     005 open
 *   012   fac_002  004  2024-02  won          105,000  105,000.00  105,000.00     12 Feb     006 won
 *   sum                                        910,000  477,500.00  362,875.00
 *
 * weighted   = (750 + 675 + 825) + (5,625 + 5,250 + 6,000) + (21,250 + 22,500) + 300,000 + 0
 *            = 2,250 + 16,875 + 43,750 + 300,000 = 362,875; open 62,875, won 300,000
 * unweighted = 22,500 + 67,500 + 87,500 + 300,000 = 477,500; open 177,500
 *
 * The funnel by own dates: 12 leads created (8 in January, 4 in February). Qualified: all but 006 and 009, 10 (7 in
 * January: 001 to 005, 007, 008; 3 in February: 010, 011, 012). Opportunities created: 001 on 12, 002 on 20, 003 on 18
 * January, 004 on 8, 005 on 10, 006 on 12 February: 6. Won by closing date: 001 on 28 January, 003 on 1, 006 on 28
 * February: 3.
 *
 * The cohort of all 12: qualified 10 (the 10 with a date; the stages and opportunities of the others add none, for 006 and
 * 009 are at `lead` and have none). Opportunity: at or past it 003, 004, 008, 011, 012 (005 is lost, which is not past it);
 * linked 002, 004, 007, 010, 011, 012: together 002, 003, 004, 007, 008, 010, 011, 012 = 8. Won: at `won` 003, 008, 012;
 * linked won 002, 007, 012: together 002, 003, 007, 008, 012 = 5.
 * Of the 8 of January: qualified 7, opportunity 002, 003, 004, 007, 008 = 5, won 002, 003, 007, 008 = 4.
 */
describe.skipIf(!existsSync(data))('the seed leads and opportunities (skipped where ../shared/data is absent)', () => {
  const crema = (...argv: string[]) => runCrema(argv, { DATABASE_URL: database.url });
  const end = '2024-03-15T00:00:00Z';
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'crema-seed-sales-'));
    for (const entity of ['leads', 'opportunities']) {
      const map = path.join(root, 'examples', 'maps', `seed-${entity}.yaml`);
      const ran = await crema('import', '--map', map, path.join(data, `${entity}.csv`), '--strict', '--json');
      expect(ran.note).toBe('');
      expect(ran.code).toBe(0);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function kpi(...words: string[]): Promise<KpiResult> {
    const { out } = await crema('kpi', ...words, '--format', 'json', '--now', end);
    return JSON.parse(out) as KpiResult;
  }
  const rowsOf = (result: KpiResult) =>
    Object.fromEntries(result.breakdown!.rows.map(({ key, value, parts }) => [key, [value, parts?.count]]));

  test('pipeline, weighted', async () => {
    const result = await kpi('pipeline');
    expect(result).toMatchObject({
      ...{ unit: 'money', currency: 'USD', scenario: 'weighted', value: '362875.00' },
      ...{ parts: { open: 62_875, won: 300_000, count: 12 }, requires: [] },
    });
    expect(rowsOf(result)).toEqual({
      lead: ['2250.00', 3],
      sql: ['16875.00', 3],
      opportunity: ['43750.00', 2],
      won: ['300000.00', 3],
      lost: ['0.00', 1],
    });
    // Whatever the period, as long as nothing is known to have changed after it.
    for (const period of ['today', 'all', '2024-03', '2024', '2024-03-01'])
      expect((await kpi('pipeline', period)).value).toBe('362875.00');
  });

  test('pipeline, unweighted', async () => {
    const result = await kpi('pipeline', 'scenario:unweighted', 'by', 'stage');
    expect(result).toMatchObject({
      ...{ scenario: 'unweighted', value: '477500.00', parts: { open: 177_500, won: 300_000, count: 12 } },
    });
    expect(rowsOf(result)).toEqual({
      lead: ['22500.00', 3],
      sql: ['67500.00', 3],
      opportunity: ['87500.00', 2],
      won: ['300000.00', 3],
      lost: ['0.00', 1],
    });
  });

  test('pipeline by account, rep and the month a lead was created in', async () => {
    // fac_001: 750 + 5,625 + 100,000 + 21,250 + 0 + 825 + 6,000; fac_002: 675 + 5,250 + 95,000 + 22,500 + 105,000.
    expect(rowsOf(await kpi('pipeline', 'by', 'account'))).toEqual({
      fac_001: ['134450.00', 7],
      fac_002: ['228425.00', 5],
    });
    // 001: 750 + 5,625 + 100,000 + 825; 002: 21,250 + 0 + 6,000; 003: 675 + 5,250 + 95,000 + 22,500.
    expect(rowsOf(await kpi('pipeline', 'by', 'rep'))).toEqual({
      rep_001: ['107200.00', 4],
      rep_002: ['27250.00', 3],
      rep_003: ['123425.00', 4],
      rep_004: ['105000.00', 1],
    });
    // January: 750 + 5,625 + 100,000 + 21,250 + 0 + 675 + 5,250 + 95,000; February: 825 + 6,000 + 22,500 + 105,000.
    expect(rowsOf(await kpi('pipeline', 'by', 'month'))).toEqual({
      '2024-01': ['228550.00', 8],
      '2024-02': ['134325.00', 4],
    });
    expect((await kpi('pipeline', 'month:2024-02', 'rep:rep_003')).value).toBe('22500.00');
  });

  test('pipeline by a scenario of the configuration', async () => {
    const file = path.join(folder, 'crema.yaml');
    await writeFile(
      file,
      'kpis: {pipeline: {scenarios: {cautious: {probability: {sql: 0.1}, weight: {lead: 0, opportunity: 0.333333}}}}}\n',
    );
    const { out } = await crema(
      ...['--config', file, 'kpi', 'pipeline', 'scenario:Cautious', '--format', 'json', '--now', end],
    );
    // lead 0; sql 225,000 x 0.1 x 0.25 = 5,625; opportunity 175,000 x 0.5 x 0.333333 = 29,166.6375; won 300,000.
    expect(JSON.parse(out)).toMatchObject({ scenario: 'cautious', value: '334791.64', parts: { open: 34_791.64 } });
    expect(rowsOf(JSON.parse(out) as KpiResult)).toMatchObject({ opportunity: ['29166.64', 2], sql: ['5625.00', 3] });
  });

  test('what the pipeline was on a day after which leads changed is not known, and said so', async () => {
    const result = await kpi('pipeline', '2024-02-15');
    expect(result).toMatchObject({ value: null, requires: [], parts: { open: null, won: null, count: null } });
    expect(result.notes).toEqual([
      'What the pipeline was at the end of that day is not known: no day is kept yet. `pipeline today` is known.',
    ]);
  });

  test('funnel, by own dates and as a cohort', async () => {
    const result = await kpi('funnel', 'all');
    expect(result).toMatchObject({
      value: 12,
      parts: {
        ...{ leads: 12, sql: 10, opportunities: 6, won: 3 },
        ...{ cohort_leads: 12, cohort_sql: 10, cohort_opportunities: 8, cohort_won: 5 },
        ...{ cohort_sql_rate: 10 / 12, cohort_opportunity_rate: 8 / 10, cohort_win_rate: 5 / 8 },
      },
    });
    expect(result.funnel!.stages.map(({ key, count, ofPrevious }) => [key, count, ofPrevious])).toEqual([
      ['cohort_leads', 12, null],
      ['cohort_sql', 10, 10 / 12],
      ['cohort_opportunities', 8, 8 / 10],
      ['cohort_won', 5, 5 / 8],
    ]);
  });

  test('funnel in words: both views', async () => {
    const { out } = await crema('kpi', 'funnel', '2024', '--now', end);
    expect(out).toContain('Qualified 10 · Opportunities 6 · Won 3');
    expect(out).toMatch(/Leads 12 → Qualified 10 \(83\.3.%\) → Opportunities 8 \(80\.0.%\) → Won 5 \(62\.5.%\)/);
  });

  test('funnel of single months', async () => {
    expect((await kpi('funnel', '2024-01')).parts).toMatchObject({
      ...{ leads: 8, sql: 7, opportunities: 3, won: 1 },
      ...{ cohort_leads: 8, cohort_sql: 7, cohort_opportunities: 5, cohort_won: 4 },
    });
    // 010, 011, 012 of the 4 of February were qualified and have an opportunity; 012 is won. 003 was won on 1 February.
    expect((await kpi('funnel', '2024-02')).parts).toMatchObject({
      ...{ leads: 4, sql: 3, opportunities: 3, won: 2 },
      ...{ cohort_leads: 4, cohort_sql: 3, cohort_opportunities: 3, cohort_won: 1 },
    });
  });

  test('funnel by account: an opportunity has the facility of its lead', async () => {
    const { rows } = (await kpi('funnel', '2024', 'by', 'account')).breakdown!;
    const parts = Object.fromEntries(rows.map((row) => [row.key, row.parts]));
    // Opportunities 001, 002 and 004 are of leads of fac_001, 003, 005 and 006 of fac_002.
    expect(parts.fac_001).toMatchObject({
      leads: 7,
      sql: 6,
      opportunities: 3,
      won: 1,
      cohort_opportunities: 4,
      cohort_won: 2,
    });
    expect(parts.fac_002).toMatchObject({
      leads: 5,
      sql: 4,
      opportunities: 3,
      won: 2,
      cohort_opportunities: 4,
      cohort_won: 3,
    });
  });

  test('leads, win rate, revenue and sales cycle', async () => {
    expect(await kpi('leads', '2024')).toMatchObject({ value: 12 });
    // 3 won and none lost: the lost lead has no opportunity.
    expect(await kpi('win-rate', '2024')).toMatchObject({ value: 1, numerator: 3, denominator: 3 });
    // 75,000 on 28 January, 70,000 and 105,000 in February.
    expect(await kpi('revenue-won', '2024')).toMatchObject({
      value: '250000.00',
      parts: { won: 3, average: 83_333.33 },
    });
    expect(await kpi('revenue-won', '2024-02')).toMatchObject({ value: '175000.00' });
    // 12 to 28 January 16, 18 January to 1 February 14, 12 to 28 February 16.
    expect(await kpi('sales-cycle', '2024')).toMatchObject({
      ...{ value: 16, parts: { average: 46 / 3, median: 16, p90: 16, count: 3, not_measured: 0 } },
    });
  });

  test('every cell verifies', async () => {
    expect(await crema('refresh', '--verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 differing cells'),
    });
  });
});
