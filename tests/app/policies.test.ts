import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { policiesOf } from '../../src/app/policies.ts';
import { sayPolicies } from '../../src/app/policy-words.ts';
import { parseConfig } from '../../src/config/config.ts';
import { always } from '../../src/sla/calendar.ts';
import { policyFingerprint } from '../../src/sla/fingerprint.ts';
import { compilePolicies, defaultPolicies, type PolicyVersion } from '../../src/sla/policy.ts';

const configOf = (block: string) =>
  parseConfig(
    `tenants:\n  default:\n    timezone: Europe/Berlin\n    sla:\n${block.replace(/^/gm, '      ')}`,
    'c.yaml',
  );
const policies = (...lines: string[]) => policiesOf(configOf(lines.join('\n')), 'default');
const day = (version: PolicyVersion) =>
  Number.isFinite(version.validFrom)
    ? Temporal.Instant.fromEpochMilliseconds(version.validFrom)
        .toZonedDateTimeISO('Europe/Berlin')
        .toPlainDate()
        .toString()
    : null;
const critical = (version: PolicyVersion) => version.targets.firstResponse?.critical ?? null;
const zone = (version: PolicyVersion) => version.calendar.timezone;
const office = 'calendars: {office: {hours: {mon: 09:00-17:00}}, lisbon: {timezone: Europe/Lisbon, hours: 24x7}}';

describe('the policies of a configuration', () => {
  test('are the built-in ones where it says nothing of them', () => {
    expect(policiesOf(parseConfig('', 'c.yaml'), 'default')).toBe(defaultPolicies);
    expect(policiesOf(parseConfig('', 'c.yaml'), 'elsewhere')).toBe(defaultPolicies);
    const empty = policies('policy: []', 'accounts: {acme: []}');
    expect(policyFingerprint(empty)).toBe(policyFingerprint(defaultPolicies));
    expect(policyFingerprint(policies('policy: [{}]'))).toBe(policyFingerprint(defaultPolicies));
  });

  test('of the example are as it says', () => {
    const file = path.join(import.meta.dirname, '..', '..', 'crema.example.yaml');
    const { standard, accounts } = policiesOf(parseConfig(readFileSync(file, 'utf8'), file), 'default');
    expect(standard.map(critical)).toEqual([1800, 900]);
    expect(standard[0]).toMatchObject({
      validFrom: Number.NEGATIVE_INFINITY,
      targets: { resolution: { critical: 14_400, high: 28_800, medium: 86_400 } },
      pausing: { firstResponse: [], resolution: ['pending', 'on-hold'] },
      calendar: { timezone: 'Asia/Jakarta', days: { '2026-12-24': [{ from: '09:00', to: '13:00' }] } },
    });
    expect(standard[0]!.targets.resolution).not.toHaveProperty('low');
    expect(standard[0]!.calendar.holidays).toContain('2026-12-30');
    expect(accounts!.acme!.map(critical)).toEqual([1800, 900, 900]);
    expect(accounts!.acme!.map((version) => version.targets.resolution!.critical)).toEqual([7200, 7200, 14_400]);
    expect(accounts!.acme!.map(zone)).toEqual(['UTC', 'UTC', 'Asia/Jakarta']);
    expect(() => compilePolicies({ standard, accounts: accounts! })).not.toThrow();
  });

  test('take the zone of the tenant for a calendar without one, and 24x7 as it is built in', () => {
    const { standard } = policies(
      office,
      'policy: [{calendar: office}, {from: 2026-02-01, calendar: lisbon}, {from: 2026-03-01, calendar: 24x7}]',
    );
    expect(standard.map(zone)).toEqual(['Europe/Berlin', 'Europe/Lisbon', 'UTC']);
    expect(standard[2]!.calendar).toBe(always);
    expect(standard[1]!.validFrom).toBe(Temporal.Instant.from('2026-02-01T00:00Z').epochMilliseconds);
  });
});

describe('what a version leaves out', () => {
  test('is as in the version before, whatever the order they are written in', () => {
    const { standard } = policies(
      office,
      'policy:',
      '  - {from: 2026-03-01, targets: {first_response: {high: none}}}',
      '  - {calendar: office, targets: {first_response: {critical: 10 min}}, pausing: [on-hold]}',
      '  - {from: 2026-02-01, targets: {first_response: {critical: 20 min}}, pausing: {resolution: []}}',
    );
    expect(standard.map(day)).toEqual([null, '2026-02-01', '2026-03-01']);
    expect(standard.map(critical)).toEqual([600, 1200, 1200]);
    expect(standard.map(zone)).toEqual(['Europe/Berlin', 'Europe/Berlin', 'Europe/Berlin']);
    expect(standard.map((version) => version.targets.firstResponse!.high)).toEqual([7200, 7200, undefined]);
    expect(standard.map((version) => version.pausing)).toEqual([
      { firstResponse: ['on-hold'], nextResponse: ['on-hold'], resolution: ['on-hold'] },
      { firstResponse: ['on-hold'], nextResponse: ['on-hold'], resolution: [] },
      { firstResponse: ['on-hold'], nextResponse: ['on-hold'], resolution: [] },
    ]);
  });

  test('is as built in after a reset', () => {
    const { standard } = policies(
      office,
      'policy: [{calendar: office, targets: {resolution: none}}, {from: 2026-03-01, reset: true}]',
    );
    expect(standard[0]!.targets.resolution).toEqual({});
    expect(standard[1]).toMatchObject({ calendar: always, targets: defaultPolicies.standard[0]!.targets });
  });

  test('of an account is as in the standard policy of the time', () => {
    const { accounts } = policies(
      office,
      'policy: [{}, {from: 2026-02-01, calendar: office}, {from: 2026-04-01, targets: {first_response: {critical: 9 min}}}]',
      'accounts:',
      '  early: [{targets: {first_response: {critical: 1 min}}}]',
      '  late: [{from: 2026-03-01, targets: {resolution: {low: none}}}, {from: 2026-05-01, reset: true}]',
    );
    const { early, late } = accounts!;
    expect(early!.map((version) => [day(version), critical(version), zone(version)])).toEqual([
      [null, 60, 'UTC'],
      ['2026-02-01', 60, 'Europe/Berlin'],
      ['2026-04-01', 60, 'Europe/Berlin'],
    ]);
    expect(
      late!.map((version) => [day(version), critical(version), version.targets.resolution!.low, zone(version)]),
    ).toEqual([
      ['2026-03-01', 3600, undefined, 'Europe/Berlin'],
      ['2026-04-01', 540, undefined, 'Europe/Berlin'],
      ['2026-05-01', 540, 432_000, 'Europe/Berlin'],
    ]);
  });

  test('of an account is as built in where the standard policy has not begun', () => {
    const { standard, accounts } = policies(
      'policy: [{from: 2026-03-01, targets: {first_response: {critical: 10 min}}}]',
      'accounts: {acme: [{from: 2026-01-01, targets: {resolution: none}}]}',
    );
    expect(standard.map(day)).toEqual(['2026-03-01']);
    expect(accounts!.acme!.map((version) => [day(version), critical(version)])).toEqual([
      ['2026-01-01', 3600],
      ['2026-03-01', 600],
    ]);
  });
});

describe('policies in a line', () => {
  const now = Temporal.Instant.from('2026-12-24T22:30:00Z');
  const line = (...lines: string[]) => sayPolicies(configOf(lines.join('\n')), 'default', now);

  test('say that they are the built-in ones', () => {
    expect(sayPolicies(parseConfig('', 'c.yaml'), 'default', now)).toBe('the built-in policy, around the clock');
    expect(line('accounts: {acme: [{reset: true}]}')).toBe(
      'the built-in policy, 1 version for 1 account, 0 calendars, no holiday ahead',
    );
  });

  test('count versions, accounts and calendars', () => {
    expect(line(office, 'policy: [{}, {from: 2026-01-01}]', 'accounts: {a: [{}], b: [{}, {from: 2026-01-01}]}')).toBe(
      '2 standard versions, 3 versions for 2 accounts, 2 calendars, no holiday ahead',
    );
  });

  test('name the next day that is not as its weekday, by the local date of each calendar', () => {
    const next = (holidays: string, timezone = 'Europe/Berlin') =>
      line(`calendars: {a: {timezone: ${timezone}, hours: 24x7, holidays: ${holidays}}}`, 'policy: [{calendar: a}]');
    expect(next('{2026-12-24: Eve, 2026-12-31: 09:00-12:00, 2027-01-01: New Year}')).toBe(
      '1 standard version, 1 calendar, next holiday 24 Dec 2026 in a (Eve)',
    );
    expect(next('{2026-12-24: Eve, 2026-12-31: {name: Eve, hours: 09:00-12:00}}', 'Asia/Jakarta')).toBe(
      '1 standard version, 1 calendar, next holiday 31 Dec 2026 in a (Eve, open 09:00-12:00)',
    );
    expect(next('{2026-12-25: }')).toBe('1 standard version, 1 calendar, next holiday 25 Dec 2026 in a');
  });
});
