import { describe, expect, test } from 'vitest';
import { compilePolicies, defaultPolicies, type Policies, type PolicyVersion } from '../../src/sla/policy.ts';
import { brief, created, evaluate, on } from './cases.ts';

describe('policies', () => {
  const version = (from: string | null, hours: number, extra: Partial<PolicyVersion> = {}): PolicyVersion => ({
    ...defaultPolicies.standard[0]!,
    validFrom: from === null ? Number.NEGATIVE_INFINITY : on(from),
    targets: { firstResponse: { high: hours * 3600 } },
    ...extra,
  });
  const office = {
    timezone: 'Europe/Berlin',
    hours: { mon: [{ from: '09:00', to: '17:00' }], tue: [{ from: '09:00', to: '17:00' }] },
  };
  const first = (policies: Policies, asOf: string, account: string | null = null, events = [created('high')]) =>
    brief(evaluate(events, asOf, { policies, account }).firstResponse);

  test('hold for their account, the standard one for the others', () => {
    const policies = { standard: [version(null, 2)], accounts: { acme: [version(null, 1)] } };
    expect(first(policies, '09:30', 'acme')).toEqual(['pending', 30, '10:00']);
    expect(first(policies, '09:30', 'other')).toEqual(['pending', 30, '11:00']);
    expect(first(policies, '09:30', 'constructor')).toEqual(['pending', 30, '11:00']);
  });

  test('act on open tickets from their instant on, as a new priority does', () => {
    const tighter = { standard: [version('12:00', 1), version(null, 4)] };
    expect(first(tighter, '11:59')).toEqual(['pending', 179, '12:00']);
    expect(first(tighter, '12:00')).toEqual(['missed', 180, '12:00']);
    const looser = { standard: [version(null, 4), version('12:00', 8)] };
    expect(first(looser, '10:00')).toEqual(['pending', 60, '17:00']);
    expect(first(looser, '14:00')).toEqual(['pending', 300, '17:00']);
    const tooLate = { standard: [version(null, 2), version('12:00', 8)] };
    expect(first(tooLate, '14:00')).toEqual(['missed', 300, '11:00']);
  });

  test('change the calendar for the time to come', () => {
    // 15:00 in Berlin is 14:00 UTC: two hours around the clock, then two of the day and the rest of the next.
    const policies = { standard: [version(null, 6), version('14:00', 6, { calendar: office })] };
    const events = [created('high', '12:00')];
    expect(first(policies, '15:00', null, events)).toEqual(['pending', 180, '2026-11-03 10:00']);
    expect(first(policies, '23:00', null, events)).toEqual(['pending', 240, '2026-11-03 10:00']);
  });

  test('of an account begin where it has one of its own; nothing is measured before the first', () => {
    const policies = { standard: [version('09:30', 2)], accounts: { acme: [version('10:00', 3)] } };
    expect(first(policies, '09:20', 'acme')).toEqual(['not-measured', 0, null]);
    expect(first(policies, '09:40', 'acme')).toEqual(['pending', 10, '12:30']);
    expect(first(policies, '09:40')).toEqual(['pending', 10, '11:30']);
  });

  test('may have no open time to come: pending without a due time', () => {
    const policies = { standard: [version(null, 2, { calendar: { timezone: 'UTC', hours: {} } })] };
    expect(first(policies, '20:00')).toEqual(['pending', 0, null]);
  });

  test('are refused with two versions of one instant, a target that is none, or no instant', () => {
    const compile = (...standard: PolicyVersion[]) => compilePolicies({ standard });
    expect(() => compile(version('12:00', 1), version('12:00', 2))).toThrow('two versions valid from the same instant');
    expect(() => compile(version(null, 0))).toThrow('a target that is no whole number of seconds above 0: 0');
    expect(() => compile(version(null, 1 / 7200))).toThrow('0.5');
    expect(() => compile(version(null, 1, { validFrom: Number.NaN }))).toThrow('no instant it is valid from');
  });
});
