import { describe, expect, test } from 'vitest';
import { createHolidays } from '../../src/subscriptions/holidays.ts';

const own = {
  office: new Map([
    ['2026-12-24', 'Christmas Eve'],
    ['2026-12-28', ''],
  ]),
};
const { isHoliday, holidayName, isCalendar } = createHolidays(() => own);

describe('holidays', () => {
  test('are those of a calendar of one’s own, with or without a name', () => {
    expect([isHoliday('office', '2026-12-24'), holidayName('office', '2026-12-24')]).toEqual([true, 'Christmas Eve']);
    expect([isHoliday('office', '2026-12-28'), holidayName('office', '2026-12-28')]).toEqual([true, undefined]);
    expect(isHoliday('office', '2026-12-25')).toBe(false);
  });

  test.each([
    ['DE', '2026-12-25', true],
    ['DE', '2026-01-06', false],
    ['DE-BY', '2026-01-06', true],
    ['DE', '2026-12-24', false],
    ['ID', '2026-08-17', true],
    ['ID', '2026-03-20', true],
    ['ID', '2026-03-22', false],
    ['US', '2026-11-26', true],
    ['US', '2027-07-04', true],
  ])('of %s: %s is one: %s', (calendar, date, is) => {
    expect(isHoliday(calendar, date)).toBe(is);
  });

  test('are known by name, country or part of a country', () => {
    expect(['office', 'ID', 'DE-BY', 'US-CA'].map(isCalendar)).toEqual([true, true, true, true]);
    expect(['', 'offices', 'XX', 'DE-ZZ', 'de', 'Germany', 'constructor'].map(isCalendar)).toEqual(
      Array(7).fill(false),
    );
  });

  test('of a calendar that there is none of keep nothing from being sent', () => {
    expect(isHoliday('gone', '2026-12-25')).toBe(false);
  });
});
