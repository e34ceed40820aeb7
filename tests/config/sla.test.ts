import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { versionStart } from '../../src/config/sla.ts';
import { CremaError } from '../../src/lib/errors.ts';

/** A configuration whose only tenant has this `sla:` block, its lines from the third on. */
const withSla = (block: string) =>
  parseConfig(`tenants:\n  default:\n    sla:\n${block.replace(/^/gm, '      ')}`, 'c.yaml').tenants.default!.sla!;

/** The problems it is refused with, without the words that all of them begin with. */
function problemsOf(block: string): string[] {
  try {
    withSla(block);
  } catch (error) {
    if (error instanceof CremaError && error.usage)
      return error.message.split('\n').map((line) => line.replace(' tenants.default.sla', ''));
    throw error;
  }
  return [];
}

const hours = (text: string) => withSla(`calendars:\n  a:\n    hours:\n      ${text}`).calendars.a!.hours;
const targets = (text: string) =>
  withSla(`policy:\n  - targets: {first_response: {high: ${text}}}`).policy[0]!.targets.first_response!.high;
const problem = (block: string) => problemsOf(block).map((line) => line.replace(/^\S+ /, ''));

describe('hours', () => {
  const nine = { from: '09:00', to: '17:00' };

  test.each<[string, string, object]>([
    ['of a range of days', 'mon-wed: 09:00-17:00', { mon: [nine], tue: [nine], wed: [nine] }],
    ['of days one by one', 'mon, fri: 9:00-17:00', { mon: [nine], fri: [nine] }],
    ['of days by their names', 'Monday – Tues: 09:00 – 17:00', { mon: [nine], tue: [nine] }],
    ['of a range over the end of the week', 'sat-mon: 09:00-17:00', { sat: [nine], sun: [nine], mon: [nine] }],
    [
      'with a break, in any order',
      'sun: 13:30-24:00, 00:00-12:30',
      {
        sun: [
          { from: '00:00', to: '12:30' },
          { from: '13:30', to: '24:00' },
        ],
      },
    ],
    ['of a closed day', 'mon: 09:00-17:00\n      sun: closed', { mon: [nine], sun: [] }],
  ])('%s', (_what, text, week) => {
    expect(hours(text)).toEqual(week);
  });

  test('24x7 are all of every day', () => {
    const week = withSla('calendars: {a: {hours: 24x7}}').calendars.a!.hours;
    expect(Object.keys(week)).toHaveLength(7);
    expect(new Set(Object.values(week).map((shifts) => JSON.stringify(shifts)))).toEqual(
      new Set(['[{"from":"00:00","to":"24:00"}]']),
    );
  });

  test.each([
    ['mon: 09:00-12:30, 12:00-18:00', 'shifts overlap: 09:00-12:30 and 12:00-18:00'],
    ['mon: 22:00-06:00', '22:00-24:00 and 00:00-06:00 on the next day'],
    ['mon: 18:00-00:00', 'the end of a day is 24:00'],
    ['mon: 09:00-09:00', 'ends before it begins'],
    ['mon: 09:00-25:00', '25:00 is no time of day'],
    ['mon: 09:00-12:75', '12:75 is no time of day'],
    ['mon: 9-17', '"9-17" are no hours; write 09:00-12:30, 13:30-18:00, or closed'],
    ['mon: [09:00-17:00]', '["09:00-17:00"] are no hours'],
    ['mno: 09:00-17:00', '"mno" is no day of the week; did you mean mon'],
    ['m-f: 09:00-17:00', '"m" is no day of the week'],
    ['mon-tue-wed: 09:00-17:00', '"mon-tue-wed" are no days'],
    ['{mon-fri: 09:00-17:00, wed: 09:00-12:00}', 'wed is said twice'],
    ['{sat: closed, sun: closed}', 'are never open'],
    ['{}', 'are never open'],
  ])('%s is refused', (text, message) => {
    const [said, ...more] = problem(`calendars:\n  a:\n    hours:\n      ${text}`);
    expect(said).toContain(message);
    if (text !== 'm-f: 09:00-17:00') expect(more).toEqual([]);
  });

  test('are needed', () => {
    expect(problem('calendars: {a: {}}')).toEqual([expect.stringContaining('null are no hours; write 24x7')]);
  });
});

describe('holidays', () => {
  const holidays = (text: string) =>
    withSla(`calendars:\n  a:\n    hours: 24x7\n    holidays:\n      ${text}`).calendars.a!.holidays;
  const half = [{ from: '09:00', to: '13:00' }];

  test.each<[string, string, object]>([
    ['have a name', '2026-12-25: Christmas', { '2026-12-25': { name: 'Christmas', shifts: [] } }],
    ['or none', '2026-12-25:', { '2026-12-25': { shifts: [] } }],
    [
      'whose first letter may be a digit',
      '2026-05-01: 1st of May',
      { '2026-05-01': { name: '1st of May', shifts: [] } },
    ],
    ['are half days', '2026-12-24: 09:00-13:00', { '2026-12-24': { shifts: half } }],
    ['with a name too', '2026-12-24: {name: Eve, hours: 09:00-13:00}', { '2026-12-24': { name: 'Eve', shifts: half } }],
    [
      'are ranges with their last day',
      '2026-12-31..2027-01-01: Feast',
      { '2026-12-31': { name: 'Feast', shifts: [] }, '2027-01-01': { name: 'Feast', shifts: [] } },
    ],
  ])('%s', (_what, text, days) => {
    expect(holidays(text)).toEqual(days);
  });

  test.each([
    ['2026-02-30: Nothing', '"2026-02-30" is no date'],
    ['25.12.2026: Christmas', '"25.12.2026" is no date; write 2026-12-25'],
    ['2026-12-27..2026-12-20: x', 'ends before it begins'],
    ['2026-12-27..2062-01-01: x', 'is the year right?'],
    ['2026-12-24: 9-13', '"9-13" are no hours'],
    ['2026-12-24: {name: Eve, hour: 09:00-13:00}', '"hour" is no setting here; did you mean hours?'],
    ['2026-12-24: [a]', '["a"] is neither a name nor hours'],
    ['{2026-12-24: Eve, 2026-12-23..2026-12-24: Feast}', '2026-12-24 is said twice'],
    ['[2026-12-24]', 'write each as a date with its name'],
  ])('%s is refused', (text, message) => {
    expect(problem(`calendars:\n  a:\n    hours: 24x7\n    holidays:\n      ${text}`)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('targets', () => {
  test.each([
    ['30 min', 1800],
    ['90min', 5400],
    ['4 h', 14_400],
    ['1 h 30 min', 5400],
    ['2 d', 172_800],
    ['1 day 12 hours', 129_600],
    ['45 s', 45],
    ['none', null],
  ])('%s', (text, seconds) => {
    expect(targets(text)).toBe(seconds);
  });

  test('of a metric are all taken away by none', () => {
    expect(withSla('policy: [{targets: {resolution: none}}]').policy[0]!.targets.resolution).toEqual({
      critical: null,
      high: null,
      medium: null,
      low: null,
    });
  });

  test.each([
    ['30', '30 of what? write 30 min, 4 h, 1 h 30 min or 2 d'],
    ['5 m', 'm is minutes to some and months to others'],
    ['1 week', 'a week is 168 h around the clock'],
    ['1:30', '"1:30" is no duration'],
    ['1.5 h', '"1.5 h" is no duration'],
    ['30 min 1 h', 'larger units first'],
    ['1 h 1 h', 'each once'],
    ['2 fortnights', 'no unit "fortnights"'],
    ['0 min', 'not longer than nothing'],
    ['-1 h', 'not longer than nothing'],
    ['[1 h]', '["1 h"] is no duration'],
  ])('%s is refused', (text, message) => {
    expect(problem(`policy: [{targets: {first_response: {high: ${text}}}}]`)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test('are of priorities and metrics there are', () => {
    const said = problem(
      'policy: [{targets: {first_response: {hihg: 1 h}, resolutoin: {high: 1 h}, resolution: 4 h}}]',
    );
    expect(said).toEqual([
      '"hihg" is no priority; did you mean high?',
      expect.stringContaining('"4 h" are no targets; write durations by priority'),
      '"resolutoin" is no setting here; did you mean resolution?',
    ]);
  });
});

describe('statuses that pause', () => {
  const pausing = (text: string) => withSla(`policy: [{pausing: ${text}}]`).policy[0]!.pausing;

  test('are one list for all metrics, or one for each', () => {
    expect(pausing('[pending]')).toEqual({
      first_response: ['pending'],
      next_response: ['pending'],
      resolution: ['pending'],
    });
    expect(pausing('{resolution: [pending, on-hold], first_response: []}')).toEqual({
      first_response: [],
      resolution: ['pending', 'on-hold'],
    });
  });

  test.each([
    ['[on hold]', '"on hold" is no status that pauses; did you mean on-hold?'],
    ['[resolved]', 'resolved ends the ticket, and every clock with it; leave it out'],
    ['[7]', '"7" is no status that pauses; there are new, open, pending, on-hold'],
    ['pending', '"pending" are no statuses; write a list such as [pending]'],
    ['{resolution: pending}', '"pending" is no list of statuses'],
    ['{resolutoin: [pending]}', '"resolutoin" is no metric; did you mean resolution?'],
  ])('%s is refused', (text, message) => {
    expect(problem(`policy: [{pausing: ${text}}]`)).toEqual([expect.stringContaining(message)]);
  });
});

describe('versions', () => {
  const calendars = { berlin: { timezone: 'Europe/Berlin' }, ours: {} };
  const start = (from: string | undefined, calendar?: string) =>
    versionStart({ from, calendar }, calendars, 'Asia/Jakarta');
  const instant = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

  test('begin at midnight of the zone of the calendar they name, or of the tenant, or at an instant', () => {
    expect(start('2026-03-01', 'berlin')).toBe(instant('2026-03-01T00:00+01:00'));
    expect(start('2026-03-01', 'ours')).toBe(instant('2026-03-01T00:00+07:00'));
    expect(start('2026-03-01', '24x7')).toBe(instant('2026-03-01T00:00+07:00'));
    expect(start('2026-03-01')).toBe(instant('2026-03-01T00:00+07:00'));
    expect(start('2026-03-01T08:00:00Z', 'berlin')).toBe(instant('2026-03-01T08:00Z'));
    expect(start(undefined)).toBe(Number.NEGATIVE_INFINITY);
  });

  test('are refused where two begin at one instant, however it is written', () => {
    const block = [
      'policy:',
      '  - {calendar: 24x7}',
      '  - {from: 2026-03-01}',
      '  - {from: 2026-03-01T00:00Z, calendar: 24x7}',
      '  - {reset: true}',
      'accounts:',
      '  acme: [{from: 2026-03-01}, {from: 2026-03-02}, {from: 2026-03-01}]',
    ].join('\n');
    expect(problemsOf(block)).toEqual([
      'c.yaml:7.policy.2.from: holds from 2026-03-01T00:00:00Z, as version 1 does; versions are counted from 0',
      'c.yaml:8.policy.3.from: has no from and holds always, as version 0 does; versions are counted from 0',
      'c.yaml:10.accounts.acme.2.from: holds from 2026-03-01, as version 0 does; versions are counted from 0',
    ]);
  });

  test.each(['2026', '2026-02-29', '2026-03-01T09:00', 'tomorrow', '[1]'])('do not begin at %s', (from) => {
    expect(problem(`policy: [{from: ${from}}]`)).toEqual([expect.stringContaining('is no beginning; write a date')]);
  });

  test('name a calendar there is', () => {
    const said = problem(
      'calendars: {office: {hours: 24x7}}\npolicy: [{calendar: offce}]\naccounts: {a: [{calendar: 24h}]}',
    );
    expect(said).toEqual(['"offce" is no calendar; did you mean office?', '"24h" is no calendar; did you mean 24x7?']);
    expect(problem('calendars: {24x7: {hours: 24x7}}')).toEqual(['24x7 is built in; give yours another name']);
  });

  test('come as lists', () => {
    expect(problem('policy: {calendar: 24x7}')).toEqual(['is a list of versions; begin each with "- "']);
  });

  test('of accounts are known by the id as it is written', () => {
    expect(Object.keys(withSla('accounts: {0012: [], acme: [], true: []}').accounts)).toEqual(['0012', 'acme', 'true']);
  });
});

test('all problems are reported at once, in order of their lines', () => {
  const block = [
    'calendars:',
    '  office:',
    '    timezone: Mars/Base',
    '    hours: {mon: 09:00-12:30, tue: 17:00-09:00}',
    '    holydays: {}',
    'policy:',
    '  - from: yesterday',
    '    calendar: ofice',
    '    targets: {first_response: {urgnt: 1 h}}',
    'accounts:',
    '  0012:',
    '    - pausing: [closed]',
  ].join('\n');
  expect(problemsOf(block).map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
    'c.yaml:6.calendars.office.timezone',
    'c.yaml:7.calendars.office.hours.tue',
    'c.yaml:8.calendars.office',
    'c.yaml:10.policy.0.from',
    'c.yaml:11.policy.0.calendar',
    'c.yaml:12.policy.0.targets.first_response.urgnt',
    'c.yaml:15.accounts.0012.0.pausing.0',
  ]);
});

test('a tenant that is no map is refused as any other setting', () => {
  expect(() => parseConfig('tenants: {default: 5}', 'c.yaml')).toThrow('c.yaml:1 tenants.default: Invalid input');
});
