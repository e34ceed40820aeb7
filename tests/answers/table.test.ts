import { expect, test } from 'vitest';
import { csvOf, tableOf } from '../../src/answers/table.ts';
import { headline } from '../../src/answers/wording.ts';
import { aResult } from '../slack/results.ts';

const result = aResult({
  filters: { team: 'Tier 2' },
  series: { grain: 'day', points: [{ at: '2026-11-15', value: null, numerator: 0, denominator: 0, complete: false }] },
  breakdown: {
    by: 'team',
    rows: [{ key: 't', label: '=HYPERLINK("x"), "quoted"', value: 0.5, numerator: 1, denominator: 2, share: 0.002 }],
    other: { key: null, label: 'Other (3)', value: 0.9, numerator: 9, denominator: 10, share: 0.01 },
  },
});

test('the headline stands alone: value, change with its direction in words, target, period', () => {
  expect(headline(result, 'en').replaceAll(' ', ' ')).toBe(
    'SLA met, as the CRM reports it (team: Tier 2): 91.2 %, up 3.4 points vs 2–8 Nov (better), target 90 % met (9–15 Nov 2026)',
  );
});

test('CSV quotes what needs it and never hands a spreadsheet a formula', () => {
  expect(csvOf(result)).toBe(
    'key,label,value,numerator,denominator,share\nt,"\'=HYPERLINK(""x""), ""quoted""",0.5,1,2,0.002\n,Other (3),0.9,9,10,0.01\n',
  );
});

test('a series as CSV has the JSON names, and no data stays empty', () => {
  expect(csvOf({ ...result, breakdown: null })).toBe(
    'at,value,numerator,denominator,complete\n2026-11-15,,0,0,false\n',
  );
});

test('a table never shows 0 for no data, and marks what is not complete', () => {
  const { header, rows } = tableOf({ ...result, breakdown: null }, 'en');
  expect(header[0]).toBe('Day');
  expect(rows[0]?.[0]).toBe('2026-11-15 (not complete)');
  expect(rows[0]?.[1]).toBe('–');
});

test('what is not all decided is marked in a table and has its own column in CSV', () => {
  const points = [
    { at: '2026-11-13', value: 0.9, complete: true, mature: true },
    { at: '2026-11-14', value: 0.5, complete: true, mature: false },
    { at: '2026-11-15', value: 0.1, complete: false, mature: false },
  ];
  const maturing = { ...result, breakdown: null, series: { grain: 'day' as const, points } };
  expect(tableOf(maturing, 'en').rows.map(([day]) => day)).toEqual([
    '2026-11-13',
    '2026-11-14 (not all decided yet)',
    '2026-11-15 (not complete)',
  ]);
  expect(csvOf(maturing)).toBe(
    'at,value,numerator,denominator,complete,mature\n' +
      '2026-11-13,0.9,,,true,true\n2026-11-14,0.5,,,true,false\n2026-11-15,0.1,,,false,false\n',
  );
});

test('an answer over part of the records says so wherever it is shown', () => {
  expect(headline({ ...result, scope: 'own' }, 'en')).toContain('(own records only · team: Tier 2)');
  expect(headline({ ...result, scope: 'teams', filters: {} }, 'en')).toContain('(own teams only)');
  expect(headline(result, 'en')).not.toContain('own');
});

test('a rate on few cases says so in the headline and in a table', () => {
  expect(headline({ ...result, interval: { low: 0.6, high: 1 } }, 'en')).toContain('few cases');
  expect(tableOf(result, 'en').rows.map((row) => row[2])).toEqual(['1 of 2, few', '9 of 10, few']);
});

test('a level is compared with the level of a day', () => {
  expect(headline({ ...result, kind: 'stock' }, 'en')).toContain('vs 8 Nov (better)');
});
