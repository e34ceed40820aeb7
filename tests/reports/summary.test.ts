import { describe, expect, test } from 'vitest';
import type { Comparison, KpiResult } from '../../src/domain/kpi-result.ts';
import { decidedView, isUndecided } from '../../src/reports/decided.ts';
import { sparklineOf } from '../../src/reports/strip.ts';
import { summaryOf, type Told } from '../../src/reports/summary.ts';
import { aResult } from '../slack/results.ts';
import { aFigure } from './fixtures.ts';

const against = { from: '2026-11-02', to: '2026-11-09', label: '2–8 Nov' };
const nothing = { streams: [], pending: 0, rejected: [], missing: [] };

function told(overrides: Partial<Told> = {}): Told {
  return { results: [], strip: [], quality: nothing, restatements: [], locale: 'en', ...overrides };
}

function moved(kpi: string, then: number, now: number, verdict: Comparison['verdict']): KpiResult {
  return aResult({
    ...{ kpi, title: kpi, unit: 'count', value: now, target: null, filters: {}, period: aWeek },
    comparison: { period: against, value: then, change: now - then, changeRatio: (now - then) / then, verdict },
  });
}
const aWeek = {
  ...{ from: '2026-11-09', to: '2026-11-16', timezone: 'UTC', label: '9–15 Nov 2026' },
  ...{ complete: true, mature: true },
};

describe('the first paragraph', () => {
  test('names the two largest movements that are no chance, the largest first', () => {
    const results = [
      moved('small', 100, 110, 'better'),
      moved('doubled', 100, 200, 'higher'),
      moved('a third', 90, 30, 'worse'),
      moved('noise', 1, 50, 'too-close'),
      moved('few', 1, 50, 'few-cases'),
    ];
    expect(summaryOf(told({ results }))[0]).toBe(
      'Moved most: a third 30, down 60 (66.7 %) vs 2–8 Nov (worse); doubled 200, up 100 (100.0 %) vs 2–8 Nov.',
    );
  });

  test('says that nothing moved where nothing did, and nothing where there is nothing', () => {
    expect(summaryOf(told({ results: [moved('noise', 100, 101, 'too-close')] }))).toEqual([
      'Nothing moved beyond chance.',
    ]);
    expect(summaryOf(told())).toEqual([]);
  });

  test('ranks rates by their odds: from 98 to 99 % is as far as from 2 to 1 %', () => {
    const rate = (kpi: string, then: number, now: number) => ({
      ...moved(kpi, then, now, 'better' as const),
      unit: 'ratio' as const,
    });
    const results = [rate('middle', 0.5, 0.6), rate('edge', 0.98, 0.99)];
    expect(summaryOf(told({ results }))[0]).toMatch(/^Moved most: edge .*; middle /);
  });

  test('counts targets once, and says those of the strip as the strip says them', () => {
    const met = aFigure({ kpi: 'csat', title: 'CSAT', met: true });
    const result = { ...moved('sla', 1, 1, 'same'), target: { value: 5, met: true } };
    const [, sentence] = summaryOf(told({ results: [result], strip: [aFigure(), met] }));
    expect(sentence).toBe('1 of 2 targets missed: Ticket SLA compliance 87.7 % (target 90 %).');
    expect(summaryOf(told({ strip: [met, aFigure({ met: true })] }))).toEqual(['All 2 targets were met.']);
  });

  test('says what is late and how much was restated', () => {
    const stream = { source: 'crm', stream: 'ticket', asOf: null, shown: '14 Nov 2026 06:10', age: '', late: true };
    const restated = { report: '', title: '', was: '', now: '', why: '', found: '', receipt: '' };
    const quality = { ...nothing, streams: [{ ...stream, late: false }, stream, stream] };
    expect(summaryOf(told({ quality, restatements: [restated, restated] }))).toEqual([
      'Late: ticket (crm) reaches 14 Nov 2026 06:10, and 1 more; see Data quality.',
      '2 numbers of earlier reports changed since; see Restatements.',
    ]);
  });
});

describe('a rate right after its period', () => {
  const cohort = (decided: number, met: number) =>
    aResult({
      ...{ kpi: 'sla', title: 'SLA', unit: 'ratio', better: 'up', value: 0.5, target: { value: 0.9, met: null } },
      parts: { pending: 40, decided, decided_met: met },
      period: { ...aWeek, mature: false },
      comparison: { period: against, value: 0.9, change: null, changeRatio: null, verdict: 'not-mature' },
    });

  test('is that of what was decided in it, compared with what was decided in the one before', () => {
    const view = decidedView(cohort(400, 380), cohort(400, 300));
    expect(view).toMatchObject({
      ...{ title: 'SLA, decided in the period', value: 0.95, numerator: 380, denominator: 400 },
      target: { value: 0.9, met: true },
      comparison: { value: 0.75, verdict: 'better', period: against },
    });
    expect(view.comparison?.change).toBeCloseTo(0.2);
  });

  test('is compared with nothing where nothing was decided before, and missed below its target', () => {
    expect(decidedView(cohort(400, 300), cohort(0, 0))).toMatchObject({
      target: { met: false },
      comparison: { verdict: 'no-baseline', change: null },
    });
    expect(decidedView(cohort(400, 300), null).comparison?.verdict).toBe('no-baseline');
  });

  test('is only asked for where some are undecided', () => {
    expect(isUndecided(cohort(400, 300))).toBe(true);
    expect(isUndecided(cohort(0, 0))).toBe(false);
    expect(isUndecided({ ...cohort(4, 3), period: aWeek })).toBe(false);
  });
});

describe('a line of the strip', () => {
  const point = (value: number | null, more: { complete?: boolean; mature?: boolean } = {}) => ({
    ...{ at: '2026-11-09', value, complete: true, ...more },
  });
  const lineOf = (...points: ReturnType<typeof point>[]) =>
    sparklineOf(aResult({ title: 'Tickets', unit: 'count', period: aWeek, series: { grain: 'week', points } }), 'en');

  test('keeps gaps, marks what may still change, and says its ends in words', () => {
    expect(lineOf(point(3), point(null), point(9), point(5, { mature: false }))).toEqual({
      values: [3, null, 9, 5],
      unfinished: [3],
      altText: 'Tickets by week, 9–15 Nov 2026: lowest 3, highest 9, latest 5.',
    });
  });

  test('needs two points', () => {
    expect(lineOf(point(null), point(3))).toBeNull();
  });
});
