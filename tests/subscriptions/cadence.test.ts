import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateBefore, type Schedule, slotAfter, slotOn, slotsBetween } from '../../src/subscriptions/cadence.ts';
import { cadences, closed, datesByRule, times, walkClocks, zones } from './walk.ts';

const at = (text: string) => Temporal.Instant.from(text);
const daily = (time: string, timezone: string): Schedule => ({ cadence: { kind: 'daily' }, at: time, timezone });

describe('slots against a walk over every minute', () => {
  // Both changes of clocks of 2026 in every zone that has them, a month end and the turn of the year.
  const spans = [
    ['2026-03-06T00:00:00Z', '2026-03-10T00:00:00Z'],
    ['2026-03-27T00:00:00Z', '2026-04-06T00:00:00Z'],
    ['2026-09-04T00:00:00Z', '2026-09-08T00:00:00Z'],
    ['2026-10-02T00:00:00Z', '2026-10-05T00:00:00Z'],
    ['2026-10-23T00:00:00Z', '2026-11-03T00:00:00Z'],
    ['2026-12-30T00:00:00Z', '2027-01-02T00:00:00Z'],
  ] as const;

  test.each(zones)('are the minutes at which the clocks of %s show the time', (zone) => {
    for (const [from, to] of spans) {
      const shown = walkClocks(zone, from, to, times);
      for (const [time, dates] of shown) {
        const expected = [...dates].filter(([, instant]) => Temporal.Instant.compare(instant, at(from)) > 0);
        const slots = slotsBetween(daily(time, zone), at(from), at(to));
        expect(slots.map((slot) => [slot.date, slot.at.toString()])).toEqual(
          expected.map(([date, instant]) => [date, instant.toString()]),
        );
      }
    }
  });
});

describe('dates against a walk over every day', () => {
  test.each(cadences)('are those of the rule for $kind $day', (cadence) => {
    const expected = [...datesByRule(cadence, '2026-01-01', '2027-12-31', closed)];
    const schedule: Schedule = { cadence, at: '08:30', timezone: 'Asia/Kolkata', isHoliday: closed };
    const slots = slotsBetween(schedule, at('2025-12-31T12:00:00Z'), at('2027-12-31T18:00:00Z'));
    expect(slots.map(({ date, movedFrom = date }) => [date, movedFrom])).toEqual(expected);
  });
});

const schedules = fc.record({
  cadence: fc.constantFrom(...cadences),
  at: fc.constantFrom(...times),
  timezone: fc.constantFrom(...zones),
});
const instants = fc
  .integer({ min: at('2026-01-01T00:00:00Z').epochMilliseconds, max: at('2027-12-31T00:00:00Z').epochMilliseconds })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));

describe('slots', () => {
  test('are the same however a span is cut', () => {
    fc.assert(
      fc.property(
        schedules,
        instants,
        fc.array(fc.integer({ min: 1, max: 40 * 24 * 60 }), { maxLength: 4 }),
        (plain, from, cuts) => {
          const schedule = { ...plain, isHoliday: closed };
          const ends = [from];
          for (const minutes of cuts) ends.push(ends.at(-1)!.add({ minutes }));
          const parts = ends.slice(1).flatMap((end, index) => slotsBetween(schedule, ends[index]!, end));
          expect(parts).toEqual(slotsBetween(schedule, from, ends.at(-1)!));
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  test('after an instant are the first of those behind it, and dates before are those in front', () => {
    fc.assert(
      fc.property(schedules, instants, (plain, from) => {
        const schedule = { ...plain, isHoliday: closed };
        const [first, second] = slotsBetween(schedule, from, from.add({ hours: 24 * 100 }));
        expect(slotAfter(schedule, from)).toEqual(first);
        expect(dateBefore(schedule, second!.date)).toBe(first!.date);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test('come in order, each date once', () => {
    fc.assert(
      fc.property(schedules, instants, (plain, from) => {
        const slots = slotsBetween({ ...plain, isHoliday: closed }, from, from.add({ hours: 24 * 120 }));
        for (const [index, slot] of slots.entries()) {
          if (index === 0) continue;
          expect(Temporal.Instant.compare(slot.at, slots[index - 1]!.at)).toBe(1);
          expect(slot.date > slots[index - 1]!.date).toBe(true);
        }
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  test.each([
    ['America/New_York', '2026-03-08', '02:30', 'skipped', '2026-03-08T07:30:00Z'],
    ['America/New_York', '2026-11-01', '01:30', 'repeated', '2026-11-01T05:30:00Z'],
    ['Europe/Berlin', '2026-03-29', '02:00', 'skipped', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25', '02:59', 'repeated', '2026-10-25T00:59:00Z'],
    ['America/Santiago', '2026-09-06', '00:30', 'skipped', '2026-09-06T04:30:00Z'],
    ['Australia/Lord_Howe', '2026-10-04', '02:15', 'skipped', '2026-10-03T15:45:00Z'],
    ['Asia/Kolkata', '2026-03-29', '02:30', 'usual', '2026-03-28T21:00:00Z'],
  ])('in %s on %s at %s are %s', (timezone, date, time, clocks, instant) => {
    expect(slotOn(daily(time, timezone), date)).toEqual({ date, clocks, at: at(instant) });
  });

  test('leave out a date that a zone never had', () => {
    expect(slotOn(daily('08:30', 'Pacific/Apia'), '2011-12-30')).toBeUndefined();
    expect(slotOn(daily('08:30', 'Pacific/Apia'), '2011-12-31')?.clocks).toBe('usual');
  });

  test('of a month wait for the end of a long closure, those of a week until the next one is due', () => {
    const isHoliday = (date: string) => date >= '2026-12-24' && date <= '2027-01-10';
    const base = { at: '08:00', timezone: 'Europe/Berlin', isHoliday };
    const around = (cadence: Schedule['cadence']) =>
      slotsBetween({ ...base, cadence }, at('2026-12-22T00:00:00Z'), at('2027-01-12T00:00:00Z')).map(
        ({ date, movedFrom }) => [date, movedFrom],
      );
    expect(around({ kind: 'monthly', day: 1 })).toEqual([['2027-01-11', '2027-01-01']]);
    // The ones of 28 December and 4 January have no day of their own left; that of the 11th is an ordinary one.
    expect(around({ kind: 'weekly', day: 1 })).toEqual([['2027-01-11', undefined]]);
  });

  test('never come where every day is a holiday', () => {
    expect(slotAfter({ ...daily('08:30', 'UTC'), isHoliday: () => true }, at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });
});
