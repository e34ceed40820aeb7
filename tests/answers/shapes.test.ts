import { describe, expect, test } from 'vitest';
import { chartOfAnswer } from '../../src/answers/chart.ts';
import { shapePhrases } from '../../src/answers/shapes.ts';
import { csvOf, tableOf } from '../../src/answers/table.ts';
import { checkSpec } from '../../src/charts/check-spec.ts';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import type { ChartDeclaration, Kpi } from '../../src/kpis/kpi.ts';
import { aFunnel, aMatrix, aResult, aRow } from '../slack/results.ts';

const plain = (text: string) => text.replaceAll(/[\s\u202f]/g, ' ');
const drawnAs = (result: KpiResult, chart: ChartDeclaration, more: Partial<Kpi> = {}) => {
  const spec = chartOfAnswer(result, 'en', { chart, parts: {}, ...more });
  if (spec) checkSpec(spec);
  return spec;
};

describe('stages', () => {
  test('are told in a line, each with its part of the one before', () => {
    expect(shapePhrases(aFunnel(), 'en').map(plain)).toEqual([
      'Sent 1,000 → Delivered 950 (95.0 %) → Read 312 (32.8 %)',
    ]);
  });

  test('are the table and the CSV of an answer that is not broken down', () => {
    const { header, rows } = tableOf(aFunnel(), 'en');
    expect(header).toEqual(['Stage', 'Number', 'Of previous', 'Of first']);
    expect(rows.map((row) => row.map(plain))).toEqual([
      ['Sent', '1,000', '', ''],
      ['Delivered', '950', '95.0 %', '95.0 %'],
      ['Read', '312', '32.8 %', '31.2 %'],
    ]);
    expect(csvOf(aFunnel()).split('\n')[1]).toBe('s0,Sent,1000,,1');
    const breakdown = { by: 'channel', rows: [aRow('Email')], other: null };
    expect(csvOf({ ...aFunnel(), breakdown })).toMatch(/^key,label,value/);
  });

  test('are drawn where the KPI prefers them, with what was lost in words', () => {
    const spec = drawnAs(aFunnel(), { series: 'line', prefer: 'funnel' });
    expect(spec).toMatchObject({
      kind: 'funnel',
      format: 'count',
      labels: ['Sent', 'Delivered', 'Read'],
      target: null,
    });
    expect(plain(spec!.altText)).toContain(
      'Sent 1,000, Delivered 950 (95.0 % of Sent), Read 312 (32.8 % of Delivered). In all 31.2 % of Sent.',
    );
    expect(drawnAs(aFunnel(), { series: 'line', prefer: 'series' })?.kind).toBe('line');
    expect(drawnAs(aResult(), { series: 'line', prefer: 'funnel' })?.kind).toBe('line');
  });
});

describe('a grid', () => {
  test('is told by its window and its highest cells', () => {
    expect(shapePhrases(aMatrix(), 'en')).toEqual([
      'Busiest: Fri to Sun 10–20 h, 52.1 %; highest Day 7 23 (623), Day 7 22 (622), Day 7 21 (621)',
    ]);
  });

  test('as a table has hours below each other, and no data is no zero', () => {
    const { header, rows } = tableOf(aMatrix(), 'en');
    expect(header).toEqual(['', 'Day 1', 'Day 2', 'Day 3', 'Day 4', 'Day 5', 'Day 6', 'Day 7']);
    expect(rows[0]).toEqual(['00', '0', '100', '200', '300', '400', '500', '600']);
    expect(rows[3]!.slice(0, 3)).toEqual(['03', '–', '–']);
  });

  test('as CSV is a row for each cell', () => {
    const lines = csvOf(aMatrix()).trimEnd().split('\n');
    expect([lines.length, lines[0], lines[4], lines[24 + 2]]).toEqual([
      1 + 7 * 24,
      'row,column,value',
      'Day 1,03,',
      'Day 2,01,101',
    ]);
  });

  test('is drawn as a heatmap with its window outlined', () => {
    const spec = drawnAs(aMatrix(), { series: 'line', prefer: 'matrix' })!;
    expect(spec).toMatchObject({ kind: 'heatmap', unit: 'messages', window: { rows: [4, 6], columns: [10, 20] } });
    expect(spec.series.map(({ label }) => label)).toEqual([
      'Day 1',
      'Day 2',
      'Day 3',
      'Day 4',
      'Day 5',
      'Day 6',
      'Day 7',
    ]);
    expect(spec.altText).toContain('7 rows (Day 1 to Day 7), 24 columns (00 to 23). Outlined: Busiest: Fri to Sun');
    expect(spec.altText).toContain('Highest: Day 7 23 623');
  });

  test('of more rows than can be read is its last ones, and the window goes with them', () => {
    const { matrix, ...result } = aMatrix();
    const rows = Array.from({ length: 30 }, (_, row) => `Row ${row}`);
    const cells = rows.map((_, row) => [row, null]);
    const long = {
      ...matrix!,
      rows,
      columns: ['a', 'b'],
      cells,
      window: { ...matrix!.window!, rows: [10, 12] as [number, number], columns: [0, 1] as [number, number] },
    };
    const spec = drawnAs({ ...result, matrix: long }, { series: 'line', prefer: 'matrix' })!;
    expect([spec.series.length, spec.series[0]!.label, spec.window!.rows]).toEqual([24, 'Row 6', [4, 6]]);
    expect(spec.subtitle).toContain('the last 24 of 30 rows');
    const away = drawnAs(
      { ...result, matrix: { ...long, window: { ...long.window, rows: [0, 8] } } },
      { series: 'line', prefer: 'matrix' },
    )!;
    expect(away).not.toHaveProperty('window');
  });
});

describe('lines, steps and rows', () => {
  const parts = {
    dau: { title: 'Day', unit: 'count' },
    wau: { title: 'Week', unit: 'count' },
  } as const;
  const active = aResult({
    ...{ title: 'Active users', unit: 'count', value: 12.5 },
    series: {
      grain: 'day',
      points: [9, 10, 11, 12].map((day) => ({
        ...{ at: `2026-11-${String(day).padStart(2, '0')}`, value: day, complete: true },
        parts: { dau: day, wau: 3 * day },
      })),
    },
  });

  test('of several parts are one picture, with their last values', () => {
    const spec = drawnAs(active, { series: 'line', prefer: 'series', lines: ['dau', 'wau'] }, { parts })!;
    expect(spec).toMatchObject({ kind: 'line', format: 'count', endValues: true, title: 'Active users by day' });
    expect(spec.series).toEqual([
      { key: 'dau', label: 'Day', values: [9, 10, 11, 12] },
      { key: 'wau', label: 'Week', values: [27, 30, 33, 36] },
    ]);
    expect(spec.altText).toContain('Week: latest 36 (12 Nov)');
  });

  test('of a level that holds are steps', () => {
    expect(drawnAs(active, { series: 'step', prefer: 'series' })?.kind).toBe('step');
  });

  test('of parts that make a whole are always stacked where the KPI says so', () => {
    const spec = drawnAs(active, { series: 'stacked', prefer: 'series', stack: ['dau', 'wau'] }, { parts });
    expect(spec).toMatchObject({ kind: 'stacked', series: [{ label: 'Day' }, { label: 'Week' }] });
  });

  const types = { by: 'type', rows: [aRow('regular', { value: 9 }), aRow('lite', { value: 3.5 })], other: null };

  test('that nobody asked for are drawn only where the KPI prefers them', () => {
    const sorted = { ...active, breakdown: types };
    const chart: ChartDeclaration = { series: 'line', prefer: 'breakdown', rows: 'doughnut' };
    expect(drawnAs(sorted, chart, { defaultBy: 'type' })).toMatchObject({
      kind: 'doughnut',
      labels: ['regular', 'lite'],
    });
    expect(drawnAs(sorted, { series: 'line', prefer: 'series' }, { defaultBy: 'type' })?.kind).toBe('line');
    expect(drawnAs(sorted, { series: 'line', prefer: 'series' }, { defaultBy: 'channel' })?.kind).toBe('bar');
  });

  test('of priority and stage come in their own order, in the table too', () => {
    const rows = ['medium', '', 'critical', 'low', 'high'].map((key, index) => aRow(key, { value: 90 - index }));
    const sorted = aResult({ unit: 'count', breakdown: { by: 'priority', rows, other: null } });
    const inOrder = ['critical', 'high', 'medium', 'low'];
    expect(drawnAs(sorted, { series: 'line', prefer: 'series' })!.labels).toEqual([...inOrder, 'Not set']);
    expect(tableOf(sorted, 'en').rows.map(([label]) => label)).toEqual([...inOrder, '']);
    // Files have the order of the JSON: the largest first.
    expect(csvOf(sorted).split('\n')[1]).toMatch(/^medium,/);
  });
});

test('money in a file keeps its digits and has its currency beside it', () => {
  const { numerator: _, denominator: __, ...result } = aResult();
  const points = [{ at: '2026-11-15', value: '-1234.50', complete: true }];
  const money: KpiResult = { ...result, unit: 'money', currency: 'EUR', series: { grain: 'day', points } };
  expect(csvOf(money)).toBe('at,value,numerator,denominator,complete,currency\n2026-11-15,-1234.50,,,true,EUR\n');
});
