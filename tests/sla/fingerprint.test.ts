import { describe, expect, test } from 'vitest';
import { policyFingerprint } from '../../src/sla/fingerprint.ts';
import { defaultPolicies, type Policies, type PolicyVersion } from '../../src/sla/policy.ts';

const first: PolicyVersion = {
  validFrom: Number.NEGATIVE_INFINITY,
  calendar: {
    timezone: 'Europe/Berlin',
    hours: { mon: [{ from: '09:00', to: '17:00' }], tue: [] },
    holidays: ['2026-12-25', '2026-12-26'],
  },
  targets: { firstResponse: { critical: 60, high: 120 }, resolution: { high: 7200 } },
  pausing: { resolution: ['pending', 'on-hold'] },
};
const second: PolicyVersion = { ...first, validFrom: 1_700_000_000_000, pausing: {} };
const policies: Policies = { standard: [first, second], accounts: { a: [first], b: [second] } };

describe('the fingerprint of policies', () => {
  test('is a sha-256 that stays as it is from one release to the next', () => {
    expect(policyFingerprint(defaultPolicies)).toBe('def1158c5c8328f513fc5f8b180c636ddf7a049bafc1c1945de759e45da4fdb8');
  });

  test('is the same in whatever order things are said', () => {
    const other: Policies = {
      accounts: { b: [second], a: [first] },
      standard: [
        second,
        {
          pausing: { resolution: ['on-hold', 'pending'] },
          targets: { resolution: { high: 7200 }, firstResponse: { high: 120, critical: 60 } },
          calendar: {
            days: {},
            holidays: ['2026-12-26', '2026-12-25'],
            hours: { tue: [], mon: [{ to: '17:00', from: '09:00' }] },
            timezone: 'Europe/Berlin',
          },
          validFrom: Number.NEGATIVE_INFINITY,
        },
      ],
    };
    expect(policyFingerprint(other)).toBe(policyFingerprint(policies));
  });

  const changed = (more: Partial<PolicyVersion>): Policies => ({
    ...policies,
    standard: [{ ...first, ...more }, second],
  });
  test.each<[string, Policies]>([
    ['beginning', changed({ validFrom: 0 })],
    ['target', changed({ targets: { ...first.targets, resolution: { high: 7201 } } })],
    ['status', changed({ pausing: { resolution: ['pending'] } })],
    ['zone', changed({ calendar: { ...first.calendar, timezone: 'Europe/Paris' } })],
    ['shift', changed({ calendar: { ...first.calendar, hours: { mon: [{ from: '09:00', to: '17:30' }] } } })],
    ['holiday', changed({ calendar: { ...first.calendar, holidays: ['2026-12-25'] } })],
    [
      'half day',
      changed({ calendar: { ...first.calendar, days: { '2026-12-24': [{ from: '09:00', to: '13:00' }] } } }),
    ],
    ['version', { ...policies, standard: [first] }],
    ['account', { ...policies, accounts: { a: [first], c: [second] } }],
    ['policy of an account', { ...policies, accounts: { a: [second], b: [second] } }],
  ])('changes with any %s', (_what, other) => {
    expect(policyFingerprint(other)).not.toBe(policyFingerprint(policies));
  });
});
