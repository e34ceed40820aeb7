import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  addUnits,
  bucketsOf,
  type CalendarContext,
  daysBetween,
  grainFor,
  parsePeriod,
  periodExamples,
  resolvePeriod,
  startOf,
  startOfDay,
  yearBefore,
} from '../../src/domain/period.ts';

/** A Friday. */
const today = '2026-11-20';
const monday: CalendarContext = { today, weekStart: 1 };
const data = { from: '2025-03-04', to: '2026-11-19' };

const resolve = (phrase: string, context: CalendarContext = monday) => {
  const expression = parsePeriod(phrase);
  if (!expression) throw new Error(`${phrase} is not a period`);
  const { from, to, previous, label } = resolvePeriod(expression, context, data);
  return [from, to, previous && `${previous.from} ${previous.to}`, label];
};

describe('every form', () => {
  test.each([
    ['today', '2026-11-20', '2026-11-21', '2026-11-13 2026-11-14', 'today'],
    ['yesterday', '2026-11-19', '2026-11-20', '2026-11-12 2026-11-13', 'yesterday'],
    ['1d', '2026-11-19', '2026-11-20', '2026-11-12 2026-11-13', 'last day'],
    ['7d', '2026-11-13', '2026-11-20', '2026-11-06 2026-11-13', 'last 7 days'],
    ['30d', '2026-10-21', '2026-11-20', '2026-09-21 2026-10-21', 'last 30 days'],
    ['1w', '2026-11-09', '2026-11-16', '2026-11-02 2026-11-09', 'last week'],
    ['12w', '2026-08-24', '2026-11-16', '2026-06-01 2026-08-24', 'last 12 weeks'],
    ['6m', '2026-05-01', '2026-11-01', '2025-11-01 2026-05-01', 'last 6 months'],
    ['wtd', '2026-11-16', '2026-11-20', '2026-11-09 2026-11-13', 'week to date'],
    ['mtd', '2026-11-01', '2026-11-20', '2026-10-01 2026-10-20', 'month to date'],
    ['qtd', '2026-10-01', '2026-11-20', '2026-07-01 2026-08-20', 'quarter to date'],
    ['ytd', '2026-01-01', '2026-11-20', '2025-01-01 2025-11-20', 'year to date'],
    ['last week', '2026-11-09', '2026-11-16', '2026-11-02 2026-11-09', 'last week'],
    ['last month', '2026-10-01', '2026-11-01', '2026-09-01 2026-10-01', 'last month'],
    ['last quarter', '2026-07-01', '2026-10-01', '2026-04-01 2026-07-01', 'last quarter'],
    ['last year', '2025-01-01', '2026-01-01', '2024-01-01 2025-01-01', 'last year'],
    ['2026', '2026-01-01', '2027-01-01', '2025-01-01 2026-01-01', '2026'],
    ['2026-Q3', '2026-07-01', '2026-10-01', '2026-04-01 2026-07-01', '2026-Q3'],
    ['2026Q1', '2026-01-01', '2026-04-01', '2025-10-01 2026-01-01', '2026-Q1'],
    ['2026-10', '2026-10-01', '2026-11-01', '2026-09-01 2026-10-01', '2026-10'],
    ['2026-10-05', '2026-10-05', '2026-10-06', '2026-09-28 2026-09-29', '5 Oct 2026'],
    ['2026-10-01..2026-10-31', '2026-10-01', '2026-11-01', '2026-08-31 2026-10-01', '1–31 Oct 2026'],
    ['2026-10-05..2026-10-05', '2026-10-05', '2026-10-06', '2026-09-28 2026-09-29', '5 Oct 2026'],
    ['since:2026-10-01', '2026-10-01', '2026-11-20', '2026-08-12 2026-10-01', 'since 1 Oct 2026'],
    ['since:2026-11-20', '2026-11-20', '2026-11-21', '2026-11-13 2026-11-14', 'since 20 Nov 2026'],
    ['all', '2025-03-04', '2026-11-19', null, 'all'],
  ])('%s', (phrase, ...expected) => {
    expect(resolve(phrase)).toEqual(expected);
  });

  test.each(periodExamples)('the example %s is one', (phrase) => {
    expect(parsePeriod(phrase)).not.toBeNull();
  });

  test.each(['LAST MONTH', ' last   month ', 'Last Month'])('%j is read without case and spare blanks', (phrase) => {
    expect(parsePeriod(phrase)).toEqual({ kind: 'previous-unit', unit: 'month' });
  });

  test.each([
    '',
    'last',
    'last day',
    'last decade',
    'next week',
    '0d',
    '00d',
    '-7d',
    '7',
    '7 d',
    '7days',
    '99999d',
    '9999w',
    '2026-13',
    '2026-00',
    '2026-Q5',
    '2026-Q0',
    '2026-02-29',
    '2026-02-30',
    '2026-1-1',
    '2026-10-31..2026-10-01',
    '2026-10-01..',
    '2026-10-01...2026-10-31',
    'since:yesterday',
    'since:2026-02-30',
    'since 2026-10-01',
    '0000',
    '0001-01-01',
    '1899-12-31',
    '2200',
    '2026-01-01..9999-12-31',
    '20261005',
    '2026-10-05T00:00',
    'constructor',
    '__proto__',
    'toString',
  ])('%j is none', (phrase) => {
    expect(parsePeriod(phrase)).toBeNull();
  });
});

describe('edges of the calendar', () => {
  test.each([
    // The first day of a unit has nothing behind it but itself.
    ['mtd', '2026-11-01', 1, '2026-11-01', '2026-11-02', '2026-10-01 2026-10-02'],
    ['ytd', '2026-01-01', 1, '2026-01-01', '2026-01-02', '2025-01-01 2025-01-02'],
    ['wtd', '2026-11-16', 1, '2026-11-16', '2026-11-17', '2026-11-09 2026-11-10'],
    // As many days before, but never into the unit itself.
    ['mtd', '2026-03-31', 1, '2026-03-01', '2026-03-31', '2026-02-01 2026-03-01'],
    ['mtd', '2026-03-30', 1, '2026-03-01', '2026-03-30', '2026-02-01 2026-03-01'],
    ['mtd', '2024-03-30', 1, '2024-03-01', '2024-03-30', '2024-02-01 2024-03-01'],
    ['mtd', '2026-05-31', 1, '2026-05-01', '2026-05-31', '2026-04-01 2026-05-01'],
    ['qtd', '2026-06-30', 1, '2026-04-01', '2026-06-30', '2026-01-01 2026-04-01'],
    ['ytd', '2024-12-31', 1, '2024-01-01', '2024-12-31', '2023-01-01 2024-01-01'],
    // Weeks begin where the tenant's do.
    ['wtd', today, 7, '2026-11-15', today, '2026-11-08 2026-11-13'],
    ['wtd', today, 6, '2026-11-14', today, '2026-11-07 2026-11-13'],
    ['last week', today, 7, '2026-11-08', '2026-11-15', '2026-11-01 2026-11-08'],
    ['last week', '2026-11-15', 7, '2026-11-08', '2026-11-15', '2026-11-01 2026-11-08'],
    ['2w', '2026-11-14', 6, '2026-10-31', '2026-11-14', '2026-10-17 2026-10-31'],
    ['last month', '2026-03-31', 1, '2026-02-01', '2026-03-01', '2026-01-01 2026-02-01'],
    ['last quarter', '2026-02-01', 1, '2025-10-01', '2026-01-01', '2025-07-01 2025-10-01'],
    ['2024-02-29', today, 1, '2024-02-29', '2024-03-01', '2024-02-22 2024-02-23'],
  ])('%s on %s with weeks from day %i', (phrase, day, weekStart, from, to, previous) => {
    expect(resolve(phrase, { today: day, weekStart }).slice(0, 3)).toEqual([from, to, previous]);
  });

  test('all without data is today', () => {
    expect(resolvePeriod({ kind: 'all' }, monday, null)).toMatchObject({
      from: today,
      to: '2026-11-21',
      previous: null,
    });
  });

  test.each([
    ['2026-11-01', '2026-11-20', '2025-11-01', '2025-11-20'],
    ['2024-02-29', '2024-03-01', '2023-02-28', '2023-03-01'],
    ['2024-02-28', '2024-02-29', '2023-02-28', '2023-03-01'],
    ['2024-02-01', '2024-03-01', '2023-02-01', '2023-03-01'],
    ['2025-02-01', '2025-03-01', '2024-02-01', '2024-02-29'],
    ['2024-01-01', '2025-01-01', '2023-01-01', '2024-01-01'],
  ])('a year before %s to %s', (from, to, yearFrom, yearTo) => {
    expect(yearBefore({ from, to })).toEqual({ from: yearFrom, to: yearTo });
  });

  test.each([
    ['2026-11-20', 62, 'day'],
    ['2026-11-20', 63, 'week'],
    ['2026-01-01', 182, 'week'],
    ['2026-01-01', 183, 'month'],
  ])('from %s over %i days the grain is a %s', (from, days, grain) => {
    expect(grainFor({ from, to: addDays(from, days) })).toBe(grain);
  });

  test('a month later than the 31st is the last of a shorter one', () => {
    expect(addUnits('2026-01-31', 'month', 1)).toBe('2026-02-28');
    expect(addUnits('2024-02-29', 'year', 1)).toBe('2025-02-28');
    expect(addUnits('2026-11-30', 'quarter', 1)).toBe('2027-02-28');
  });

  test('a day begins at its first instant, which is not always midnight', () => {
    expect(startOfDay('2026-09-06', 'America/Santiago').toString()).toBe('2026-09-06T04:00:00Z');
    expect(startOfDay('2026-11-01', 'America/New_York').toString()).toBe('2026-11-01T04:00:00Z');
    expect(startOfDay('2026-03-08', 'America/New_York').toString()).toBe('2026-03-08T05:00:00Z');
    expect(startOfDay('2026-11-01', 'Asia/Kolkata').toString()).toBe('2026-10-31T18:30:00Z');
    // Midnight comes twice in Havana when clocks go back: the first one counts.
    expect(startOfDay('2026-11-01', 'America/Havana').toString()).toBe('2026-11-01T04:00:00Z');
  });
});

describe('laws', () => {
  const date = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1990-01-01', days));
  const weekStart = fc.integer({ min: 1, max: 7 });
  const context = fc.record({ today: date, weekStart });
  const relative = fc.oneof(
    fc.constantFrom(
      'today',
      'yesterday',
      'wtd',
      'mtd',
      'qtd',
      'ytd',
      'last week',
      'last month',
      'last quarter',
      'last year',
    ),
    fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom('d', 'w', 'm')).map(([n, unit]) => `${n}${unit}`),
    fc.tuple(date, fc.integer({ min: 0, max: 500 })).map(([from, days]) => `${from}..${addDays(from, days)}`),
    date.map((from) => from.slice(0, 7)),
    date.map((from) => from.slice(0, 4)),
    date.map((from) => `since:${from}`),
  );

  test('a period is never empty, its comparison neither and wholly before it', () => {
    fc.assert(
      fc.property(relative, context, (phrase, calendar) => {
        const { from, to, previous } = resolvePeriod(parsePeriod(phrase)!, calendar, null);
        expect(from < to).toBe(true);
        expect(previous!.from < previous!.to).toBe(true);
        expect(previous!.to <= from).toBe(true);
      }),
    );
  });

  test('stretches and whole units are compared with what is next to them, of the same length or kind', () => {
    fc.assert(
      fc.property(relative, context, (phrase, calendar) => {
        const expression = parsePeriod(phrase)!;
        const { from, to, previous } = resolvePeriod(expression, calendar, null);
        const days = daysBetween(from, to);
        if (expression.kind === 'to-date') {
          expect(daysBetween(previous!.from, previous!.to)).toBeLessThanOrEqual(days);
          expect(previous!.from).toBe(addUnits(from, expression.unit, -1));
        } else if (days === 1) {
          expect(previous).toEqual({ from: addDays(from, -7), to: addDays(to, -7) });
        } else if (['last-days', 'dates', 'since'].includes(expression.kind)) {
          expect(previous).toEqual({ from: addDays(from, -days), to: from });
        } else expect(previous!.to).toBe(from);
      }),
    );
  });

  test('what is relative to today holds no day that is not over, except today itself', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('yesterday', '7d', '3w', '5m', 'last week', 'last year', 'wtd', 'mtd'),
        context,
        (phrase, calendar) => {
          const { from, to } = resolvePeriod(parsePeriod(phrase)!, calendar, null);
          if (from === calendar.today) expect(to).toBe(addDays(calendar.today, 1));
          else expect(to <= calendar.today).toBe(true);
        },
      ),
    );
  });

  test('buckets cover the period in order, without gap or overlap', () => {
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: 1, max: 800 }),
        fc.constantFrom('day', 'week', 'month'),
        weekStart,
        (from, days, grain, start) => {
          const to = addDays(from, days);
          const buckets = bucketsOf({ from, to }, grain, { weekStart: start });
          expect(buckets[0]! <= from && addUnits(buckets[0]!, grain, 1) > from).toBe(true);
          expect(buckets.at(-1)! < to && addUnits(buckets.at(-1)!, grain, 1) >= to).toBe(true);
          for (const [n, bucket] of buckets.entries()) {
            expect(startOf(grain, bucket, { weekStart: start })).toBe(bucket);
            if (n > 0) expect(addUnits(buckets[n - 1]!, grain, 1)).toBe(bucket);
          }
        },
      ),
    );
  });

  test('a unit begins on or before its days and contains them', () => {
    fc.assert(
      fc.property(date, fc.constantFrom('day', 'week', 'month', 'quarter', 'year'), weekStart, (day, unit, start) => {
        const first = startOf(unit, day, { weekStart: start });
        expect(first <= day && day < addUnits(first, unit, 1)).toBe(true);
        expect(startOf(unit, first, { weekStart: start })).toBe(first);
      }),
    );
  });

  test('days touch in every zone, through every change of the clocks', () => {
    const zones = [
      'America/New_York',
      'America/Santiago',
      'America/Havana',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 3650 }), (zone, days) => {
        const day = addDays('2020-01-01', days);
        const first = startOfDay(day, zone);
        const local = (at: Temporal.Instant) => at.toZonedDateTimeISO(zone).toPlainDate().toString();
        expect(local(first)).toBe(day);
        expect(local(first.subtract({ nanoseconds: 1 }))).toBe(addDays(day, -1));
      }),
      { numRuns: 2000 },
    );
  });
});
