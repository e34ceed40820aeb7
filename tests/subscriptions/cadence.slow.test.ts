import { describe, expect, test } from 'vitest';
import { dateBefore, type Schedule, slotAfter, slotsBetween } from '../../src/subscriptions/cadence.ts';
import { cadences, closed, datesByRule, times, walkClocks, zones } from './walk.ts';

const from = Temporal.Instant.from('2025-12-31T00:00:00Z');
const until = Temporal.Instant.from('2028-01-01T00:00:00Z');

describe('two years, minute by minute', () => {
  test.each(zones)('in %s have the slots that the clocks show', (timezone) => {
    const shown = walkClocks(timezone, from.toString(), until.toString(), times);
    for (const cadence of cadences) {
      for (const isHoliday of [() => false, closed]) {
        const dates = datesByRule(cadence, '2025-12-30', '2028-01-02', isHoliday);
        for (const time of times) {
          const schedule: Schedule = { cadence, at: time, timezone, isHoliday };
          const expected = [...dates.keys()].flatMap((date) => {
            const at = shown.get(time)?.get(date);
            return at && Temporal.Instant.compare(at, from) > 0 ? [{ date, at }] : [];
          });
          const slots = slotsBetween(schedule, from, until);
          expect(slots.map(({ date, at }) => `${date} ${at}`)).toEqual(expected.map(({ date, at }) => `${date} ${at}`));
          for (const [index, { date, at }] of expected.entries()) {
            if (index % 7 !== 0 || index === 0) continue;
            expect(slotAfter(schedule, at.subtract({ seconds: 1 }))?.date).toBe(date);
            expect(dateBefore(schedule, date)).toBe(expected[index - 1]!.date);
          }
        }
      }
    }
  });
});
