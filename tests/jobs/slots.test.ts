import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cron, parseCron, slotsAfter, slotsBetween } from '../../src/jobs/cron.ts';
import { dueSlots } from '../../src/jobs/slots.ts';

const at = (text: string) => Temporal.Instant.from(text);
const between = (cron: string, zone: string, after: string, until: string) =>
  slotsBetween(parseCron(cron), zone, at(after), at(until)).map(({ key, at: due }) => `${key} ${due}`);

/** The same by walking every minute: what a person would do with a calendar and a clock on the wall. */
function walked(cron: Cron, zone: string, after: Temporal.Instant, until: Temporal.Instant): string[] {
  const matches = (wall: Temporal.PlainDateTime) =>
    cron.minutes.includes(wall.minute) &&
    cron.hours.includes(wall.hour) &&
    cron.days.has(wall.day) &&
    cron.months.has(wall.month) &&
    cron.weekdays.has(wall.dayOfWeek);
  const found: string[] = [];
  const seen = new Set<string>();
  // Some hours earlier, so that the first of two equal wall times is seen before the second.
  let minute = after.subtract({ hours: 4 }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  let previous = minute.toZonedDateTimeISO(zone).toPlainDateTime();
  for (; Temporal.Instant.compare(minute, until) <= 0; minute = minute.add({ minutes: 1 })) {
    const wall = minute.toZonedDateTimeISO(zone).toPlainDateTime();
    let due = matches(wall);
    for (let gone = previous.add({ minutes: 1 }); Temporal.PlainDateTime.compare(gone, wall) < 0; )
      [due, gone] = [due || matches(gone), gone.add({ minutes: 1 })];
    const key = wall.toString({ smallestUnit: 'minute' });
    if (due && !seen.has(key) && Temporal.Instant.compare(minute, after) > 0) found.push(`${key} ${minute}`);
    seen.add(key);
    previous = wall;
  }
  return found;
}

describe('a schedule', () => {
  test.each([
    ['30 2 * * *', { minutes: [30], hours: [2] }],
    ['*/20 9-17/4 1,15 * *', { minutes: [0, 20, 40], hours: [9, 13, 17], days: new Set([1, 15]) }],
    ['5/25 * * * 0', { minutes: [5, 30, 55], weekdays: new Set([7]) }],
    ['0 0 * 2,4-6 *', { months: new Set([2, 4, 5, 6]) }],
    ['0 0 * * 1-7', { weekdays: new Set([1, 2, 3, 4, 5, 6, 7]) }],
  ])('%s is understood', (expression, meant) => {
    expect(parseCron(expression)).toMatchObject(meant);
  });

  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '*/0 * * * *',
    '9-5 * * * *',
    '@daily',
    '1,,2 * * * *',
  ])('"%s" is refused, with what is wrong', (expression) => {
    expect(() => parseCron(expression)).toThrow(/is no schedule/);
  });

  test('that restricts both days is refused: dialects disagree on it', () => {
    expect(() => parseCron('0 0 13 * 5')).toThrow(/day of month and the day of week/);
  });

  test('is due at each wall time once where clocks go back', () => {
    expect(between('30 * * * *', 'America/New_York', '2026-11-01T04:00:00Z', '2026-11-01T08:00:00Z')).toEqual([
      '2026-11-01T00:30 2026-11-01T04:30:00Z',
      '2026-11-01T01:30 2026-11-01T05:30:00Z',
      '2026-11-01T02:30 2026-11-01T07:30:00Z',
    ]);
  });

  test('is due at the first minute after the gap where clocks go forward', () => {
    expect(between('30 2 * * *', 'America/New_York', '2026-03-08T00:00:00Z', '2026-03-09T12:00:00Z')).toEqual([
      '2026-03-08T03:00 2026-03-08T07:00:00Z',
      '2026-03-09T02:30 2026-03-09T06:30:00Z',
    ]);
    expect(between('*/15 * * * *', 'America/New_York', '2026-03-08T06:40:00Z', '2026-03-08T07:20:00Z')).toEqual([
      '2026-03-08T01:45 2026-03-08T06:45:00Z',
      '2026-03-08T03:00 2026-03-08T07:00:00Z',
      '2026-03-08T03:15 2026-03-08T07:15:00Z',
    ]);
  });

  test('of midnight is due at one o’clock on the day that has no midnight', () => {
    expect(between('0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T12:00:00Z')).toEqual([
      '2026-09-06T01:00 2026-09-06T04:00:00Z',
    ]);
  });

  test('of a leap day is found years ahead, and one that never comes is never due', () => {
    const first = slotsAfter(parseCron('0 0 29 2 *'), 'UTC', at('2096-03-01T00:00:00Z')).next().value;
    expect(first?.key).toBe('2104-02-29T00:00');
    expect(slotsAfter(parseCron('0 0 31 2 *'), 'UTC', at('2026-03-01T00:00:00Z')).next().done).toBe(true);
  });

  const field = (from: number, to: number) =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('*') },
      fc.integer({ min: from, max: to }).map(String),
      fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
      fc
        .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const changes = [
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['Asia/Kolkata', '2026-06-15T18:30:00Z'],
    ['America/Santiago', '2026-04-05T03:00:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ] as const;

  test('is due exactly where a walk over every minute says so, also across changes of clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.tuple(field(0, 59), field(0, 23), fc.constantFrom('*', '*', '1-15'), fc.constantFrom('*', '3,9-11')),
        fc.integer({ min: -600, max: 120 }),
        fc.integer({ min: 0, max: 1_500 }),
        ([zone, change], words, offset, length) => {
          const cron = parseCron([...words, '*'].join(' '));
          const after = at(change).add({ minutes: offset }).add({ seconds: 17 });
          const until = after.add({ minutes: length });
          const slots = slotsBetween(cron, zone, after, until).map(({ key, at: due }) => `${key} ${due}`);
          expect(slots).toEqual(walked(cron, zone, after, until));
        },
      ),
      { seed: 11, numRuns: 30 },
    );
  });

  test('enumerated in pieces is the same as in one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.tuple(field(0, 59), field(0, 23)),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 }),
        ([zone, change], words, pieces) => {
          const cron = parseCron([...words, '* * *'].join(' '));
          const start = at(change).subtract({ hours: 12 });
          let from = start;
          const keys: string[] = [];
          for (const minutes of pieces) {
            const until = from.add({ minutes });
            keys.push(...slotsBetween(cron, zone, from, until).map(({ key }) => key));
            from = until;
          }
          expect(keys).toEqual(slotsBetween(cron, zone, start, from).map(({ key }) => key));
          expect(new Set(keys).size).toBe(keys.length);
        },
      ),
      { seed: 12, numRuns: 25 },
    );
  });
});

describe('missed slots', () => {
  const plan = (misfire: Parameters<typeof dueSlots>[0]['misfire'], catchUpMinutes = 600) => ({
    cron: parseCron('*/30 * * * *'),
    zone: 'UTC',
    misfire,
    catchUpMinutes,
  });
  const due = (misfire: Parameters<typeof dueSlots>[0]['misfire'], catchUpMinutes?: number) => {
    const found = dueSlots(plan(misfire, catchUpMinutes), at('2026-11-20T08:00:00Z'), at('2026-11-20T10:10:00Z'));
    return { ...found, start: found.start.map(({ key, standsFor }) => `${key.slice(11)} x${standsFor}`) };
  };

  test('the latest stands for all of them', () => {
    expect(due('latest')).toEqual({ start: ['10:00 x4'], skipped: 0, beyondWindow: false });
  });

  test('all are started, in order', () => {
    expect(due('all')).toEqual({
      start: ['08:30 x1', '09:00 x1', '09:30 x1', '10:00 x1'],
      skipped: 0,
      beyondWindow: false,
    });
  });

  test('those too late are skipped, and counted', () => {
    expect(due({ skipAfterMinutes: 45 })).toEqual({ start: ['09:30 x1', '10:00 x1'], skipped: 2, beyondWindow: false });
  });

  test('none older than the catch-up window is looked at, and that there were any is said', () => {
    expect(due('all', 60)).toEqual({ start: ['09:30 x1', '10:00 x1'], skipped: 0, beyondWindow: true });
    expect(dueSlots(plan('all', 15), at('2026-11-20T08:00:00Z'), at('2026-11-20T08:20:00Z'))).toMatchObject({
      start: [],
      beyondWindow: false,
    });
  });
});
