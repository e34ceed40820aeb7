import { expect, test } from 'vitest';
import { boardOf, boardTable } from '../../src/answers/board-table.ts';
import { csvOf, tableOf } from '../../src/answers/table.ts';
import { casesOf, headline, partPhrases } from '../../src/answers/wording.ts';
import { aLeaderboard, aResult, aWorkload } from '../slack/results.ts';

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

/** A week of satisfaction, and one of recommendation. */
const score = aResult({
  ...{
    kpi: 'csat',
    title: 'Customer satisfaction',
    unit: 'score',
    outOf: 5,
    value: 4.2,
    target: { value: 4.5, met: false },
  },
  ...{ numerator: 147, denominator: 35, parts: { satisfied: 0.8, dissatisfied: 0, answers: 35 } },
  comparison: { ...aResult().comparison!, value: 4, change: 0.2, changeRatio: 0.05, verdict: 'too-close' },
  breakdown: {
    by: 'team',
    rows: [
      { key: 'a', label: 'A', value: 4.5, numerator: 135, denominator: 30, share: 0.9 },
      { key: 'b', label: 'B', value: 11 / 3, numerator: 11, denominator: 3, share: 0.1 },
    ],
    other: null,
  },
});
const points = aResult({
  ...{ kpi: 'nps', title: 'Net promoter score', unit: 'points', value: -12.5, target: null },
  ...{ numerator: -500, denominator: 40, parts: { promoters: 10, passives: 15, detractors: 15, answers: 40 } },
  comparison: { ...aResult().comparison!, value: 20, change: -32.5, changeRatio: -1.625, verdict: 'worse' },
  breakdown: {
    by: 'account',
    rows: [
      { key: 'a', label: 'A', value: -100 / 3, numerator: -1000, denominator: 30, share: 0.75 },
      { key: 'b', label: 'B', value: null, numerator: 0, denominator: 0, share: 0 },
    ],
    other: null,
  },
});

test('a score says what it is of, its change is no percentage, its cases are not a share', () => {
  expect(headline(score, 'en')).toBe(
    'Customer satisfaction: 4.2 of 5, up 0.2 vs 2–8 Nov, too close to call, target 4.5 missed (9–15 Nov 2026)',
  );
  expect(casesOf(score, 'en')).toBe('');
  expect(partPhrases(score, 'en').join().replaceAll(' ', ' ')).toBe(
    'Satisfied (4 or 5) 80.0 %,Dissatisfied (1 or 2) 0.0 %,Answers 35',
  );
  const { header, rows } = tableOf(score, 'en');
  expect(header).toEqual(['Team', 'Customer satisfaction, of 5', 'Cases', 'Share']);
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ['A', '4.50', '30'],
    ['B', '3.67', '3, few'],
  ]);
  expect(csvOf(score).split('\n')[1]).toBe('a,A,4.5,135,30,0.9');
});

test('points are points on every surface, below zero too', () => {
  expect(headline(points, 'en')).toBe(
    'Net promoter score: −12.5 points, down 32.5 points vs 2–8 Nov (worse) (9–15 Nov 2026)',
  );
  expect(partPhrases(points, 'en')).toEqual(['Promoters 10', 'Passives 15', 'Detractors 15', 'Answers 40']);
  const { header, rows } = tableOf(points, 'en');
  expect(header).toEqual(['Account', 'Net promoter score, points', 'Cases', 'Share']);
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ['A', '−33.3', '30'],
    ['B', '–', '0'],
  ]);
  expect(csvOf(points).split('\n')[1]).toBe('a,A,-33.333333333333336,-1000,30,0.75');
});

const plain = (rows: readonly string[][]) => rows.map((row) => row.map((cell) => cell.replaceAll('\u202F', ' ')));

test('a board has every column, a rank where there is one, and a dash for no data', () => {
  const { header, rows, numeric } = tableOf(aLeaderboard(), 'en');
  expect(header).toEqual([
    '#',
    'Operator',
    'Assigned',
    'Resolved',
    'Resolution rate',
    'First response',
    'Resolution',
    'SLA',
    'CSAT, of 5',
  ]);
  expect(plain(rows)).toEqual([
    ['1', 'Operator 1', '42', '40', '95.2 %', '1 h 30 min', '26 h 00 min', '90.0 %', '4.25'],
    ['1', 'Operator 2', '42', '40', '95.2 %', '1 h 30 min', '26 h 00 min', '90.0 %', '4.25'],
    ['–', 'Operator 3', '3', '3', '100.0 %', '–', '–', '–', '–'],
  ]);
  expect(numeric).toEqual([true, false, true, true, true, true, true, true, true]);
});

test('on a phone rank and status stand beside the name, and a rate beside its cases', () => {
  const narrow = (result: ReturnType<typeof aWorkload>) => boardTable(result, boardOf(result)!, 'en', true);
  const board = narrow(aLeaderboard());
  expect(board.header).toEqual(['Operator', 'Resolved', 'First response', 'Resolution', 'SLA', 'CSAT']);
  expect(plain(board.rows)[1]?.slice(0, 2)).toEqual(['1. Operator 2', '95.2 % of 42']);
  expect(plain(board.rows)[2]?.[0]).toBe('Operator 3');
  expect(plain(narrow(aWorkload()).rows)).toEqual([
    ['Operator 1 · online', '11', '6.5', '+4.5'],
    ['Operator 2 · away', '5', '6.5', '−1.5'],
    ['Operator 3', '0', '–', '–'],
  ]);
});

test('a board of other things leaves out what is said of nobody there', () => {
  const some = aWorkload();
  const parts = { open: 16, team_median: null, against_median: null, unassigned: 3 };
  const byTeam = { by: 'team', rows: [{ key: 't', label: 'Tier 1', value: 16, share: 1, parts }], other: null };
  const { header, rows } = tableOf({ ...some, breakdown: byTeam }, 'en');
  expect([header, ...rows]).toEqual([
    ['Team', 'Open'],
    ['Tier 1', '16'],
  ]);
});

test('a board as CSV has every part under its name in the JSON', () => {
  expect(csvOf(aWorkload()).split('\n').slice(0, 4)).toEqual([
    'rank,key,label,status,value,numerator,denominator,share,open,team_median,against_median,unassigned',
    ',op-1,Operator 1,online,11,,,0.6875,11,6.5,4.5,0',
    ',op-2,Operator 2,away,5,,,0.3125,5,6.5,-1.5,0',
    ',op-3,Operator 3,,0,,,0,0,,,0',
  ]);
});

test('what the headline of a board says is not said again beside it', () => {
  expect(partPhrases(aWorkload(), 'en')).toEqual(['Unassigned 3']);
  expect(plain([partPhrases(aLeaderboard(), 'en')])[0]).toEqual([
    'First response (median) 1 h 30 min',
    'Resolution (median) 26 h 00 min',
    'SLA met 90.0 %',
    'CSAT 4.25 of 5',
  ]);
});
