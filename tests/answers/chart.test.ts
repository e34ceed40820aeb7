import { describe, expect, test } from 'vitest';
import { chartOfAnswer } from '../../src/answers/chart.ts';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { aLeaderboard, aResult, aRow, aWorkload } from '../slack/results.ts';

/** A result of one of the two survey KPIs with so many answers in each bucket; null: not known. */
function surveyed(kpi: 'csat' | 'nps', answers: readonly (number | null)[]): KpiResult {
  return aResult({
    kpi,
    ...(kpi === 'csat' ? { unit: 'score', outOf: 5, value: 4.2 } : { unit: 'points', value: 20 }),
    target: null,
    distribution: kpi === 'csat' ? { title: 'Answers by score', bands: [{ label: '5', count: 9 }] } : null,
    series: {
      grain: 'day',
      points: answers.map((count, index) => ({
        at: `2026-11-${String(9 + index).padStart(2, '0')}`,
        ...{ value: count ? 3 : null, numerator: 0, denominator: count ?? 0, complete: true },
        parts: { promoters: count, passives: 0, detractors: 0, answers: count },
      })),
    },
  });
}

describe('the picture of an answer', () => {
  test('of net promoter scores on a handful of answers a day is what was answered', () => {
    expect(chartOfAnswer(surveyed('nps', [3, 40, 5, 0, 2]), 'en')).toMatchObject({
      kind: 'stacked',
      series: [{ label: 'Promoters', values: [3, 40, 5, 0, 2] }, { label: 'Passives' }, { label: 'Detractors' }],
    });
    expect(chartOfAnswer(surveyed('nps', [3]), 'en')?.kind).toBe('stacked');
  });

  test('is a line where most of them have enough', () => {
    expect(chartOfAnswer(surveyed('nps', [30, 31, 5, null]), 'en')).toMatchObject({
      kind: 'line',
      series: [{ values: [3, 3, 3, null] }],
    });
  });

  test('of a KPI without parts to stack stays a line, or its distribution', () => {
    expect(chartOfAnswer(surveyed('csat', [3, 4, 5]), 'en')?.kind).toBe('line');
    expect(chartOfAnswer(surveyed('csat', [3, 4]), 'en')?.kind).toBe('histogram');
  });

  test('of a breakdown is bars', () => {
    const breakdown = { by: 'account', rows: [aRow('Acme', { value: -20 }), aRow('Blue', { value: 50 })], other: null };
    expect(chartOfAnswer({ ...surveyed('nps', [3, 4, 5]), breakdown }, 'en')).toMatchObject({
      kind: 'bar',
      format: 'points',
      labels: ['Blue', 'Acme'],
    });
  });

  test('of nothing is none', () => {
    expect(chartOfAnswer(surveyed('nps', [null, null, null]), 'en')).toBeNull();
  });
});

test('a KPI that is a table only has no picture', () => {
  expect(chartOfAnswer(aLeaderboard(), 'en')).toBeNull();
});

test('a board of several rows is drawn as bars, of a single one as it came about', () => {
  const several = aWorkload();
  expect(chartOfAnswer(several, 'en')).toMatchObject({
    kind: 'bar',
    labels: ['Operator 1', 'Operator 2', 'Operator 3'],
  });
  const rows = several.breakdown!.rows.slice(0, 2);
  const oneTeam = { ...several, breakdown: { ...several.breakdown!, rows } };
  expect(chartOfAnswer(oneTeam, 'en')?.target).toEqual({ value: 6.5, label: 'team median 6.5' });
  const single = { ...several, breakdown: { ...several.breakdown!, rows: rows.slice(0, 1) } };
  expect(chartOfAnswer(single, 'en')).toMatchObject({ kind: 'area', axis: 'day' });
});
