import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../src/subscriptions/cadence.ts';
import { nextTimeLine, nextTimes } from '../../src/subscriptions/next-times.ts';

const at = (text: string) => Temporal.Instant.from(text);
const lines = (schedule: Schedule, from: string, count: number, sentOn?: ReadonlySet<string>) =>
  nextTimes(schedule, at(from), count, sentOn).map(nextTimeLine);

const christmas = new Map([
  ['2026-12-25', 'Christmas'],
  ['2026-12-28', ''],
]);
const holidays = {
  isHoliday: (date: string) => christmas.has(date),
  holidayName: (date: string) => christmas.get(date),
};

describe('the next times', () => {
  test('say what the clocks do', () => {
    const schedule: Schedule = { cadence: { kind: 'daily' }, at: '02:30', timezone: 'America/New_York' };
    expect(lines(schedule, '2026-03-07T00:00:00Z', 3)).toEqual([
      'Sat 7 Mar 2026 02:30',
      'Sun 8 Mar 2026 03:30 · clocks go forward: 02:30 does not exist, sent 03:30',
      'Mon 9 Mar 2026 02:30',
    ]);
    expect(lines({ ...schedule, at: '01:30' }, '2026-10-31T12:00:00Z', 2)).toEqual([
      'Sun 1 Nov 2026 01:30 · clocks go back: 01:30 comes twice, sent the first time',
      'Mon 2 Nov 2026 01:30 · clocks have gone back 1 h, so it is 06:30 UTC from now on',
    ]);
    expect(lines({ ...schedule, at: '08:30', timezone: 'Australia/Lord_Howe' }, '2026-10-03T00:00:00Z', 2)).toEqual([
      'Sun 4 Oct 2026 08:30 · clocks have gone forward 30 min, so it is 21:30 UTC from now on',
      'Mon 5 Oct 2026 08:30',
    ]);
  });

  test('name the days on which nothing is sent, and where a slot has moved', () => {
    const base = { at: '08:00', timezone: 'Europe/Berlin', ...holidays };
    expect(lines({ ...base, cadence: { kind: 'weekdays' } }, '2026-12-24T00:00:00Z', 2)).toEqual([
      'Thu 24 Dec 2026 08:00',
      'Fri 25 Dec 2026 · holiday: Christmas, not sent',
      'Mon 28 Dec 2026 · holiday, not sent',
      'Tue 29 Dec 2026 08:00',
    ]);
    expect(lines({ ...base, cadence: { kind: 'monthly', day: 25 } }, '2026-12-24T00:00:00Z', 1)).toEqual([
      'Sat 26 Dec 2026 08:00 · moved from 25 Dec (holiday: Christmas)',
    ]);
  });

  test('leave out a day on which it was sent before its time was changed', () => {
    const schedule: Schedule = { cadence: { kind: 'daily' }, at: '10:00', timezone: 'UTC' };
    expect(lines(schedule, '2026-11-16T09:00:00Z', 1, new Set(['2026-11-16']))).toEqual([
      'Mon 16 Nov 2026 · sent already on that day',
      'Tue 17 Nov 2026 10:00',
    ]);
  });
});
