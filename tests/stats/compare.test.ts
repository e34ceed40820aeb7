import { describe, expect, test } from 'vitest';
import type { Better } from '../../src/domain/kpi-result.ts';
import { compareEvidence, type Evidence } from '../../src/stats/compare.ts';

const ratio = (successes: number, n: number): Evidence => ({ kind: 'ratio', successes, n });
const count = (events: number, exposure = 7): Evidence => ({ kind: 'count', count: events, exposure });
/** `n` durations whose logs have this mean and a spread of 1. */
const times = (n: number, mean: number): Evidence => ({
  kind: 'durations',
  n,
  logSum: n * mean,
  logSquareSum: n - 1 + n * mean * mean,
});

/** `n` scores with this mean and a spread of 1. */
const scores = (n: number, mean: number): Evidence => ({
  kind: 'mean',
  n,
  sum: n * mean,
  squareSum: n - 1 + n * mean * mean,
});

type Case = [what: string, now: Evidence, then: Evidence, change: number, better: Better, verdict: string];

describe('a verdict', () => {
  test.each<Case>([
    ['a rate surely up, where up is good', ratio(190, 200), ratio(150, 200), 0.2, 'up', 'better'],
    ['a rate surely up, where down is good', ratio(190, 200), ratio(150, 200), 0.2, 'down', 'worse'],
    ['a rate surely down, where up is good', ratio(150, 200), ratio(190, 200), -0.2, 'up', 'worse'],
    ['a rate surely down, where down is good', ratio(150, 200), ratio(190, 200), -0.2, 'down', 'better'],
    ['a rate surely up, where it is neither', ratio(190, 200), ratio(150, 200), 0.2, 'neither', 'higher'],
    ['a rate surely down, where it is neither', ratio(150, 200), ratio(190, 200), -0.2, 'neither', 'lower'],
    ['a rate that chance may have moved', ratio(62, 100), ratio(58, 100), 0.04, 'up', 'too-close'],
    ['a rate on 29 cases now', ratio(29, 29), ratio(10, 100), 0.9, 'up', 'few-cases'],
    ['a rate on 29 cases then', ratio(90, 100), ratio(0, 29), 0.9, 'up', 'few-cases'],
    ['a rate on 30 cases each', ratio(30, 30), ratio(0, 30), 1, 'up', 'better'],
    ['a score surely up', scores(100, 4.4), scores(100, 4), 0.4, 'up', 'better'],
    ['a score surely down', scores(100, 4), scores(100, 4.4), -0.4, 'up', 'worse'],
    ['a score that chance may have moved', scores(100, 4.1), scores(100, 4), 0.1, 'up', 'too-close'],
    ['a score of 29 answers', scores(29, 4.9), scores(100, 3), 1.9, 'up', 'few-cases'],
    ['a rate that has not moved', ratio(50, 100), ratio(50, 100), 0, 'up', 'same'],
    ['a count surely up', count(150), count(100), 50, 'neither', 'higher'],
    ['a count surely down', count(100), count(150), -50, 'neither', 'lower'],
    ['a count that chance may have moved', count(105), count(100), 5, 'neither', 'too-close'],
    ['a count of none after some', count(0), count(40), -40, 'down', 'better'],
    ['a count of some after none', count(40), count(0), 40, 'down', 'worse'],
    ['a small count that chance may have moved', count(3), count(0), 3, 'down', 'too-close'],
    ['a higher count of a longer time at the same rate', count(310, 31), count(280, 28), 30, 'neither', 'too-close'],
    ['a higher count of a much longer time at a lower rate', count(120, 31), count(100, 7), 20, 'neither', 'too-close'],
    ['a lower count of a much shorter time at a lower rate', count(20, 7), count(280, 28), -260, 'neither', 'lower'],
    ['times surely shorter', times(100, 7), times(100, 8), -60, 'down', 'better'],
    ['times surely longer', times(100, 8), times(100, 7), 60, 'down', 'worse'],
    ['times that chance may have moved', times(100, 8.1), times(100, 8), 60, 'down', 'too-close'],
    ['a median that moved against the mean', times(100, 8), times(100, 7), -5, 'down', 'too-close'],
    ['times of 29 cases', times(29, 8), times(100, 7), 60, 'down', 'few-cases'],
  ])('on %s', (_what, now, then, change, better, verdict) => {
    expect(compareEvidence(now, then, change, better)).toBe(verdict);
  });

  test('is not given on things of different kinds', () => {
    expect(() => compareEvidence(ratio(40, 50), count(40), 1, 'up')).toThrow(TypeError);
  });
});

describe('amounts', () => {
  const of = (amounts: readonly number[], exposure = 7): Evidence => {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const moments = { n: amounts.length, sum: sum(amounts), squareSum: sum(amounts.map((amount) => amount ** 2)) };
    return { kind: 'amount', amount: moments.sum, exposure, moments };
  };
  const equal = (count: number, amount: number) => new Array<number>(count).fill(amount);
  const verdict = (now: Evidence, then: Evidence, better: Better = 'up') => {
    const change = (now as { amount: number }).amount - (then as { amount: number }).amount;
    return compareEvidence(now, then, change, better);
  };

  test('of single amounts are judged as compound Poisson', () => {
    // Equal amounts: 200 against 100 of them is (200 - 100) / sqrt(300) = 5.8 standard deviations.
    expect(verdict(of(equal(200, 50)), of(equal(100, 50)))).toBe('better');
    expect(verdict(of(equal(200, 50)), of(equal(100, 50)), 'down')).toBe('worse');
    // 110 against 100 is 0.7 of them.
    expect(verdict(of(equal(110, 50)), of(equal(100, 50)))).toBe('too-close');
    // One amount as large as all the others together explains the difference: chance.
    expect(verdict(of([...equal(100, 50), 5000]), of(equal(100, 50)))).toBe('too-close');
    expect(verdict(of(equal(29, 50)), of(equal(100, 50)))).toBe('few-cases');
  });

  test('of which no single ones are known are higher or lower, never better', () => {
    const level = (amount: number): Evidence => ({ kind: 'amount', amount, exposure: 1 });
    expect(verdict(level(1100), level(1000))).toBe('higher');
    expect(verdict(level(1000), level(1100), 'down')).toBe('lower');
    expect(verdict(level(1000), level(1000))).toBe('same');
    expect(verdict(level(1005), level(1000))).toBe('too-close');
    expect(verdict(of(equal(200, 50)), level(5000))).toBe('higher');
  });
});
