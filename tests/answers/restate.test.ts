import { describe, expect, test } from 'vitest';
import { restatedBy } from '../../src/answers/restate.ts';
import type { KpiResult, Unit } from '../../src/domain/kpi-result.ts';

type Told = Pick<KpiResult, 'value' | 'unit'> & Partial<Pick<KpiResult, 'version' | 'denominator' | 'kind'>>;

/** As much of a result as is compared. */
function aResult(told: Told, period: Partial<KpiResult['period']> = {}): KpiResult {
  return { version: 1, ...told, period: { complete: true, mature: true, ...period } } as KpiResult;
}

const restate = (unit: Unit, was: KpiResult['value'], is: KpiResult['value'], options = {}) =>
  restatedBy(aResult({ unit, value: was }), aResult({ unit, value: is }), { locale: 'en', ...options });

describe('a number that was told', () => {
  test.each<[Unit, KpiResult['value'], KpiResult['value'], boolean]>([
    ['ratio', 0.9, 0.904, false],
    ['ratio', 0.9, 0.906, true],
    ['count', 62, 62, false],
    ['count', 62, 63, true],
    // One in a hundred of many.
    ['count', 1000, 1010, false],
    ['count', 1000, 989, true],
    ['duration', 600, 629, false],
    ['duration', 600, 631, true],
    ['duration', 36_000, 36_700, false],
    ['duration', 36_000, 36_730, true],
    ['score', 4.2, 4.24, false],
    ['score', 4.2, 4.26, true],
    ['points', 40, 41, false],
    ['points', 40, 38, true],
    // Money is a decimal string.
    ['money', '1000.00', '1010.00', false],
    ['money', '1000.00', '1010.02', true],
    ['money', '0.00', '0.02', true],
    ['days', 3, 3.09, false],
    ['days', 3, 3.2, true],
    ['hours', 100, 102, false],
    ['hours', 100, 102.5, true],
    // A number below zero moves by as much as one above it.
    ['money', '-1000.00', '-1009.00', false],
    ['money', '-1000.00', '-1011.00', true],
  ])('as a %s of %s is restated when it is %s: %s', (unit, was, is, restated) => {
    expect(restate(unit, was, is) !== null).toBe(restated);
  });

  test('is restated as it was and as it is', () => {
    expect(restate('money', '1000.00', '1200.50')).toMatchObject({ was: 1000, now: 1200.5 });
  });

  test('is measured by the tolerance that is configured, in its own unit', () => {
    expect(restate('count', 62, 67, { tolerance: 5 })).toBeNull();
    expect(restate('count', 62, 68, { tolerance: 5 })).not.toBeNull();
    expect(restate('ratio', 0.9, 0.9001, { tolerance: 0 })).not.toBeNull();
    expect(restate('ratio', 0.9, 0.9, { tolerance: 0 })).toBeNull();
  });

  test('is compared with what was told of it last', () => {
    expect(restate('count', 62, 70, { last: 70 })).toBeNull();
    expect(restate('count', 62, 62, { last: 70 })).toMatchObject({ was: 70, now: 62 });
  });

  test('that was none is not restated, one that is gone is', () => {
    expect(restate('count', null, 5)).toBeNull();
    expect(restate('score', 4.2, null)).toMatchObject({ was: 4.2, now: null, why: 'its records are gone' });
  });
});

describe('the reason', () => {
  const why = (
    was: Partial<Told> & { period?: Partial<KpiResult['period']> },
    is: Partial<Told> = {},
  ): string | undefined =>
    restatedBy(
      aResult({ unit: 'ratio', value: 0.9, ...was }, was.period),
      aResult({ unit: 'ratio', value: 0.8, ...is }),
      { locale: 'en' },
    )?.why;

  const whyCount = (value: number, now: number, kind: KpiResult['kind'] = 'flow') =>
    why({ unit: 'count', value, kind }, { unit: 'count', value: now, kind });

  test.each([
    ['cases that came late', why({ denominator: 100 }, { denominator: 1_337 }), '1,237 cases came late'],
    ['one of them', why({ denominator: 100 }, { denominator: 101 }), '1 case came late'],
    ['cases that are gone', why({ denominator: 100 }, { denominator: 98 }), '2 cases fewer'],
    [
      'another definition, before all',
      why({ denominator: 100 }, { denominator: 101, version: 2 }),
      'its definition changed',
    ],
    ['cases of what is counted', whyCount(20, 37), '17 cases came late'],
    ['fewer of them', whyCount(20, 18), '2 cases fewer'],
    [
      'corrections of a level: its cases are others every day',
      whyCount(20, 37, 'stock'),
      'records were corrected since',
    ],
    [
      'time',
      why({ denominator: 100, period: { mature: false } }, { denominator: 100 }),
      'open cases were decided since',
    ],
    ['data that was missing', why({ period: { complete: false } }), 'data was still missing'],
    ['corrections', why({ denominator: 100 }, { denominator: 100 }), 'records were corrected since'],
  ])('is %s', (_, told, expected) => {
    expect(told).toBe(expected);
  });
});
