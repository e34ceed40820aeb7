import { describe, expect, test } from 'vitest';
import type { TicketEvent } from '../../src/sla/history.ts';
import { breachesBy, isAtRisk } from '../../src/sla/risk.ts';
import { created, evaluate, on, reply, status } from './cases.ts';

describe('at risk', () => {
  test.each<[string, TicketEvent[], string, number | undefined, boolean]>([
    ['with more than a quarter left is not', [created('high')], '10:29:59', undefined, false],
    ['with a quarter of the target left is', [created('high')], '10:30', undefined, true],
    ['with less left than it took recently is', [created('high')], '09:50', 4200, true],
    ['once missed is no longer', [created('high')], '11:00', undefined, false],
    ['once met is not', [created('high'), reply('10:50')], '10:55', undefined, false],
  ])('a first response %s', (_what, events, asOf, medianSeconds, expected) => {
    const { firstResponse } = evaluate(events, asOf);
    const thresholds = medianSeconds === undefined ? undefined : { share: 0.25, seconds: 900, medianSeconds };
    expect(isAtRisk(firstResponse, thresholds)).toBe(expected);
  });

  test('with fifteen minutes left is, however small a share', () => {
    const { firstResponse } = evaluate([created('critical')], '09:45');
    expect(isAtRisk(firstResponse, { share: 0.1, seconds: 900 })).toBe(true);
    expect(isAtRisk(firstResponse, { share: 0.1, seconds: 899 })).toBe(false);
  });

  test('is no clock that is paused', () => {
    const { resolution } = evaluate([created('critical'), status('pending', '12:59')], '14:00');
    expect([resolution.state, resolution.remainingSeconds, isAtRisk(resolution)]).toEqual(['paused', 60, false]);
  });
});

test('predicted breaches are the due times up to an instant, soonest first', () => {
  const sla = evaluate([created('critical')], '09:30');
  const within = (until: string) => breachesBy(sla, on(until)).map(({ metric }) => metric);
  expect(within('09:59')).toEqual([]);
  expect(within('10:00')).toEqual(['firstResponse']);
  expect(within('13:00')).toEqual(['firstResponse', 'resolution']);
});
