import { describe, expect, test } from 'vitest';
import { always, type Calendar, type Shift } from '../../src/sla/calendar.ts';
import { openTime } from '../../src/sla/open-time.ts';
import { at, written } from './at.ts';

const minute = 60_000;
const hour = 60 * minute;
const nine: readonly Shift[] = [{ from: '09:00', to: '17:00' }];
const split: readonly Shift[] = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '17:00' },
];
const allDay: readonly Shift[] = [{ from: '00:00', to: '24:00' }];
const daily = (shifts: readonly Shift[], timezone: string, holidays: string[] = []): Calendar => ({
  timezone,
  hours: { mon: shifts, tue: shifts, wed: shifts, thu: shifts, fri: shifts, sat: shifts, sun: shifts },
  holidays,
});
const office = (shifts: readonly Shift[], timezone = 'UTC', holidays: string[] = []): Calendar => ({
  timezone,
  hours: { mon: shifts, tue: shifts, wed: shifts, thu: shifts, fri: shifts },
  holidays,
});

// 2026-11-06 is a Friday.
const halfFriday: Calendar = { ...office(nine), days: { '2026-11-06': [{ from: '09:00', to: '13:00' }] } };
const workedSaturday: Calendar = { ...office(nine), days: { '2026-11-07': [{ from: '10:00', to: '13:00' }] } };
const onceOpen: Calendar = { timezone: 'UTC', hours: {}, days: { '2026-11-07': nine } };

describe('open time between two instants', () => {
  test.each<[string, Calendar, string, string, number]>([
    ['within a shift', office(nine), '2026-11-06 10:00', '2026-11-06 10:30', 0.5],
    ['over a night', office(nine), '2026-11-05 16:00', '2026-11-06 10:00', 2],
    ['over a weekend', office(nine), '2026-11-06 16:00', '2026-11-09 10:00', 2],
    ['within a weekend', office(nine), '2026-11-07 10:00', '2026-11-08 23:00', 0],
    ['over a break', office(split), '2026-11-06 11:30', '2026-11-06 13:15', 0.75],
    ['within a break', office(split), '2026-11-06 12:10', '2026-11-06 12:50', 0],
    ['over a holiday', office(nine, 'UTC', ['2026-11-06']), '2026-11-05 16:00', '2026-11-09 09:30', 1.5],
    ['over a half day', halfFriday, '2026-11-05 16:00', '2026-11-09 09:30', 5.5],
    ['over a Saturday that is worked', workedSaturday, '2026-11-06 16:00', '2026-11-09 10:00', 5],
    ['of a calendar that has but one day', onceOpen, '2026-11-01 00:00', '2026-12-01 00:00', 8],
    [
      'over midnight of days that end at 24:00',
      daily(allDay, 'Asia/Kolkata'),
      '2026-11-06 18:00',
      '2026-11-06 19:00',
      1,
    ],
    ['over a new year', office(nine), '2026-12-31 16:00', '2027-01-01 10:00', 2],
    [
      'over three years of 365 days, a leap year between',
      daily(nine, 'UTC'),
      '2027-01-01 00:00',
      '2030-01-01 00:00',
      8 * 1096,
    ],
    ['backwards', office(nine), '2026-11-06 12:00', '2026-11-06 10:00', 0],
    ['around the clock', always, '2026-11-06 16:00', '2026-11-09 10:00', 66],
    ['of a calendar without hours', { timezone: 'UTC', hours: {} }, '2026-11-06 16:00', '2027-11-09 10:00', 0],
    ['in a half-hour zone', office(nine, 'Asia/Kolkata'), '2026-11-06 03:00', '2026-11-06 04:00', 0.5],
  ])('%s', (_what, calendar, from, to, hours) => {
    expect(openTime(calendar).elapsed(at(from), at(to)) / hour).toBe(hours);
  });

  test('counts single milliseconds', () => {
    const open = openTime(office(nine));
    expect(open.elapsed(at('2026-11-06 16:59:59.999'), at('2026-11-09 09:00:00.001'))).toBe(2);
  });
});

describe('where clocks change', () => {
  test.each<[string, Calendar, string, number]>([
    ['a day of 23 hours has 23', daily(allDay, 'America/New_York', ['2026-01-01']), '2026-03-08', 23],
    ['a day of 25 hours has 25', daily(allDay, 'America/New_York', ['2026-01-01']), '2026-11-01', 25],
    ['a day of 24 and a half', daily(allDay, 'Australia/Lord_Howe', ['2026-01-01']), '2026-04-05', 24.5],
    ['a day without midnight', daily([{ from: '00:00', to: '02:00' }], 'America/Santiago'), '2026-09-06', 1],
    ['office hours away from the change', daily(nine, 'America/New_York'), '2026-03-08', 8],
    [
      'a shift that begins in the skipped hour begins at the change',
      daily([{ from: '02:30', to: '04:00' }], 'America/New_York'),
      '2026-03-08',
      1,
    ],
    [
      'a shift that ends in the skipped hour ends at the change',
      daily([{ from: '01:00', to: '02:30' }], 'America/New_York'),
      '2026-03-08',
      1,
    ],
    [
      'a shift within the skipped hour does not take place',
      daily([{ from: '02:10', to: '02:50' }], 'America/New_York'),
      '2026-03-08',
      0,
    ],
    [
      'a shift over the doubled hour is an hour longer',
      daily([{ from: '00:00', to: '03:00' }], 'America/New_York'),
      '2026-11-01',
      4,
    ],
    [
      'a shift that begins in the doubled hour begins at the first',
      daily([{ from: '01:30', to: '03:00' }], 'America/New_York'),
      '2026-11-01',
      2.5,
    ],
    [
      'a shift that ends in the doubled hour ends at the first',
      daily([{ from: '00:00', to: '01:30' }], 'America/New_York'),
      '2026-11-01',
      1.5,
    ],
    ['a day that a zone left out has none', daily(nine, 'Pacific/Apia'), '2011-12-30', 0],
    ['the days around it have theirs', daily(nine, 'Pacific/Apia'), '2011-12-31', 8],
  ])('%s', (_what, calendar, date, hours) => {
    const day = Temporal.PlainDate.from(date);
    const start = (of: Temporal.PlainDate) => of.toZonedDateTime(calendar.timezone).epochMilliseconds;
    const open = openTime(calendar);
    expect(open.elapsed(start(day), start(day.add({ days: 1 }))) / hour).toBe(hours);
  });
});

describe('the instant after so much open time', () => {
  test.each<[string, Calendar, string, number, string | null]>([
    ['in the same shift', office(nine), '2026-11-06 10:00', 2, '2026-11-06 12:00'],
    ['on the next working day', office(nine), '2026-11-06 16:00', 2, '2026-11-09 10:00'],
    ['from a closed hour', office(nine), '2026-11-07 12:00', 1, '2026-11-09 10:00'],
    ['at the end of a shift, not the beginning of the next', office(nine), '2026-11-06 09:00', 8, '2026-11-06 17:00'],
    ['at the end of a year', daily(allDay, 'UTC', ['2026-01-01']), '2026-12-31 00:00', 24, '2027-01-01 00:00'],
    ['in a later year', daily(nine, 'UTC'), '2026-01-01 00:00', 8 * 365 + 1, '2027-01-01 10:00'],
    ['over holidays', office(nine, 'UTC', ['2026-11-09', '2026-11-10']), '2026-11-06 16:00', 2, '2026-11-11 10:00'],
    ['over a half day', halfFriday, '2026-11-06 12:00', 2, '2026-11-09 10:00'],
    ['after the only day of a calendar never comes', onceOpen, '2026-11-07 16:00', 2, null],
    ['of no duration, even in a closed hour', office(nine), '2026-11-07 12:00', 0, '2026-11-07 12:00'],
    ['around the clock', always, '2026-11-06 16:00', 72, '2026-11-09 16:00'],
    ['of a calendar without hours never comes', { timezone: 'UTC', hours: {} }, '2026-11-06 16:00', 1, null],
    ['beyond a century never comes', { timezone: 'UTC', hours: { mon: nine } }, '2026-11-06 16:00', 8 * 53 * 101, null],
  ])('%s', (_what, calendar, from, hours, due) => {
    expect(written(openTime(calendar).after(at(from), hours * hour))).toBe(due);
  });

  test('a negative duration is refused', () => {
    for (const calendar of [always, office(nine)])
      expect(() => openTime(calendar).after(at('2026-11-06 16:00'), -1)).toThrow(RangeError);
  });
});

describe('closings', () => {
  test.each<[string, Calendar, string, string, string[]]>([
    [
      'are the ends of shifts',
      { ...office(split), days: halfFriday.days! },
      '2026-11-05 12:00',
      '2026-11-09 12:30',
      ['2026-11-05 17:00', '2026-11-06 13:00', '2026-11-09 12:00'],
    ],
    [
      'are none between days without a break',
      daily(allDay, 'UTC', ['2026-01-03']),
      '2026-12-30 00:00',
      '2027-01-02 00:00',
      [],
    ],
    ['are none around the clock', always, '2026-11-05 12:00', '2026-11-09 12:30', []],
    ['are none where it never opens', { timezone: 'UTC', hours: {} }, '2026-11-05 12:00', '2026-11-09 12:30', []],
  ])('%s', (_what, calendar, from, to, expected) => {
    expect(
      openTime(calendar)
        .closings(at(from), at(to))
        .map((end) => written(end)),
    ).toEqual(expected);
  });
});

describe('a calendar is refused', () => {
  test.each<[string, Calendar, RegExp]>([
    ['for a zone that does not exist', office(nine, 'Mars/Olympus'), /"Mars\/Olympus" is not a time zone/],
    ['for a shift past midnight', office([{ from: '22:00', to: '06:00' }]), /mon ends before it begins/],
    ['for an empty shift', office([{ from: '09:00', to: '09:00' }]), /mon ends before it begins/],
    ['for overlapping shifts', office([nine[0]!, { from: '16:59', to: '18:00' }]), /Shifts on mon overlap/],
    ['for 25:00', office([{ from: '09:00', to: '25:00' }]), /"25:00" is not a time of day/],
    ['for 24:01', office([{ from: '09:00', to: '24:01' }]), /"24:01" is not a time of day/],
    ['for 09:60', office([{ from: '09:60', to: '12:00' }]), /"09:60" is not a time of day/],
    ['for 9', office([{ from: '9', to: '17:00' }]), /"9" is not a time of day/],
    ['for a holiday that is no date', office(nine, 'UTC', ['2026-02-30']), /"2026-02-30" is not a date/],
    [
      'for hours of a day that is none',
      { ...office(nine), days: { '2026-13-01': nine } },
      /"2026-13-01" is not a date/,
    ],
    [
      'for overlapping shifts of a day',
      { ...office(nine), days: { '2026-11-06': [nine[0]!, nine[0]!] } },
      /Shifts on 2026-11-06 overlap/,
    ],
    ['for a holiday with hours', { ...halfFriday, holidays: ['2026-11-06'] }, /2026-11-06 is a holiday and has hours/],
  ])('%s', (_what, calendar, message) => {
    expect(() => openTime(calendar)).toThrow(message);
  });

  test('but not for shifts that touch, in any order', () => {
    const open = openTime(
      office([
        { from: '13:00', to: '17:00' },
        { from: '09:00', to: '13:00' },
      ]),
    );
    expect(open.elapsed(at('2026-11-06 00:00'), at('2026-11-07 00:00'))).toBe(8 * hour);
    expect(written(open.after(at('2026-11-06 09:00'), 4 * hour + minute))).toBe('2026-11-06 13:01');
  });
});
