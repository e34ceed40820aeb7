import { describe, expect, test } from 'vitest';
import type { ChartAxis } from '../../src/charts/spec.ts';
import { timeTicks } from '../../src/charts/time-axis.ts';
import { days, hours, months, weeks } from './specs.ts';

function printed(labels: string[], axis: Exclude<ChartAxis, 'category'>, room = 8): string[] {
  return [...timeTicks(labels, axis, room, 'en').values()].map((tick) => (Array.isArray(tick) ? tick.join('|') : tick));
}

describe('dates below the plot', () => {
  test('a week names every day', () => {
    expect(printed(days(7), 'day')).toEqual(['9 Nov', '10 Nov', '11 Nov', '12 Nov', '13 Nov', '14 Nov', '15 Nov']);
  });

  test('a month names the same weekday of each week, the newest day among them', () => {
    expect(printed(days(30, '2026-10-17'), 'day')).toEqual(['18 Oct', '25 Oct', '1 Nov', '8 Nov', '15 Nov']);
  });

  test('a year of months names the months without a year', () => {
    expect(printed(months(12), 'month', 12)).toEqual('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '));
  });

  test('the year is said where it changes, and at the start', () => {
    expect(printed(months(19, '2025-03-01'), 'month', 12)).toEqual(
      'Mar|2025 May Jul Sep Nov Jan|2026 Mar May Jul Sep'.split(' '),
    );
    expect(printed(weeks(53, '2025-11-10'), 'week')).toEqual([
      '8 Dec|2025',
      '2 Feb|2026',
      '30 Mar',
      '25 May',
      '20 Jul',
      '14 Sep',
      '9 Nov',
    ]);
  });

  test('hours are counted from midnight, the day said where it begins', () => {
    expect(printed(hours(48), 'hour')).toEqual([
      '00:00|14 Nov',
      '06:00',
      '12:00',
      '18:00',
      '00:00|15 Nov',
      '06:00',
      '12:00',
      '18:00',
    ]);
  });

  test('there is always a tick, and never more than there is room for', () => {
    for (const count of [1, 2, 5, 9, 31, 62, 90, 400, 2000]) {
      for (const [axis, labels] of [
        ['day', days(count)],
        ['week', weeks(count)],
        ['month', months(count)],
        ['hour', hours(count)],
      ] as const) {
        const ticks = timeTicks(labels, axis, 6, 'en');
        expect(ticks.size, `${count} ${axis}`).toBeGreaterThan(0);
        expect(ticks.size, `${count} ${axis}`).toBeLessThanOrEqual(6);
      }
    }
  });
});
