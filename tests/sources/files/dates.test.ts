import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileDates } from '../../../src/sources/files/dates.ts';

function read(text: string, patterns: string[], timezone = 'UTC') {
  const moment = compileDates(patterns, timezone)(text);
  return typeof moment === 'string' ? moment : Temporal.Instant.from(moment.text).toString();
}

describe('a date pattern', () => {
  test.each([
    ['29/2/2016 01:16', 'd/M/yyyy HH:mm', '2016-02-29T01:16:00Z'],
    ['05/03/2016 12:00', 'd/M/yyyy HH:mm', '2016-03-05T12:00:00Z'],
    ['20160305', 'yyyyMMdd', '2016-03-05T00:00:00Z'],
    ['20160305120159', 'yyyyMMddHHmmss', '2016-03-05T12:01:59Z'],
    ['3/5/16 1:07 PM', 'M/d/yy h:mm a', '2016-03-05T13:07:00Z'],
    ['3/5/99 12:07 am', 'M/d/yy h:mm a', '1999-03-05T00:07:00Z'],
    ['5 Mar 2016', 'd MMM yyyy', '2016-03-05T00:00:00Z'],
    ['5 march 2016', 'd MMMM yyyy', '2016-03-05T00:00:00Z'],
    ['2016-03-05 12:00:00.123456', 'yyyy-MM-dd HH:mm:ss.SSSSSS', '2016-03-05T12:00:00.123456Z'],
    ['2016-03-05T12:00:00+07:00', "yyyy-MM-dd'T'HH:mm:ssXXX", '2016-03-05T05:00:00Z'],
    ['2016-03-05T12:00:00Z', "yyyy-MM-dd'T'HH:mm:ssXXX", '2016-03-05T12:00:00Z'],
    ['2016-03-05 12:00 -0330', 'yyyy-MM-dd HH:mm Z', '2016-03-05T15:30:00Z'],
    ['2016-03-05 12:00 +07', 'yyyy-MM-dd HH:mm x', '2016-03-05T05:00:00Z'],
    ["5 o'clock", "H 'o''clock'", 'is not a date'],
  ])('reads %s by %s', (text, pattern, expected) => {
    if (expected.startsWith('is')) expect(() => compileDates([pattern], 'UTC')).toThrow('has no year');
    else expect(read(text, [pattern])).toBe(expected);
  });

  test.each([
    ['31/2/2016', 'd/M/yyyy', 'is not a date of the calendar'],
    ['29/2/2015', 'd/M/yyyy', 'is not a date of the calendar'],
    ['1/13/2015', 'd/M/yyyy', 'is not a date of the calendar'],
    ['0/1/2015', 'd/M/yyyy', 'is not a date of the calendar'],
    ['1/1/2015 24:00', 'd/M/yyyy HH:mm', 'is not a time of day'],
    ['1/1/2015 13:00 pm', 'd/M/yyyy h:mm a', 'is not a time of day'],
    ['1/1/2015 9:00', 'd/M/yyyy HH:mm', 'is not a date as d/M/yyyy HH:mm'],
    ['1/1/2015 ', 'd/M/yyyy', 'is not a date as d/M/yyyy'],
    ['1/1/20155', 'd/M/yyyy', 'is not a date as d/M/yyyy'],
    ['', 'd/M/yyyy', 'is not a date as d/M/yyyy'],
  ])('refuses %j by %s', (text, pattern, reason) => {
    expect(read(text, [pattern])).toBe(reason);
  });

  test.each([
    ['DD/MM/YYYY', '"DD" is not a letter Crema reads'],
    ['d/M/yyyy zzz', '"zzz" is not a letter'],
    ['d/M', 'has no year'],
    ['dMyyyy', 'unknown width'],
    ['d/M/yyyy hh:mm', 'need each other'],
    ['d/M/yyyy HH:mm a', 'need each other'],
    ["d/M/yyyy 'at", 'not closed'],
    ['d/M/yyyy d', 'names the day twice'],
    ['d/M/yyy', '"yyy" is not a letter'],
  ])('is refused itself when it is %j', (pattern, reason) => {
    expect(() => compileDates([pattern], 'UTC')).toThrow(reason);
  });

  test('is tried after the ones before it', () => {
    const patterns = ['d/M/yyyy', 'iso'];
    expect(read('5/3/2016', patterns)).toBe('2016-03-05T00:00:00Z');
    expect(read('2016-03-05', patterns)).toBe('2016-03-05T00:00:00Z');
    expect(read('March', patterns)).toBe('is not a date as d/M/yyyy or iso');
  });
});

describe('iso', () => {
  test.each([
    ['2016-03-05', '2016-03-05T00:00:00Z'],
    ['2016-03-05 08:30', '2016-03-05T08:30:00Z'],
    ['2016-03-05T08:30:15,5Z', '2016-03-05T08:30:15.5Z'],
    ['2016-03-05T08:30:15.123456789+05:30', '2016-03-05T03:00:15.123456Z'],
    ['2016-03-05T08:30+0530', '2016-03-05T03:00:00Z'],
    ['2016-03-05T08:30-03', '2016-03-05T11:30:00Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text, ['iso'])).toBe(expected);
  });

  test.each([
    '2016-3-5',
    '2016-03-05T08',
    '2016-03-05T08:30:',
    '2016-03-05T08:30:15.',
    '2016-03-05T08:30+5',
    '20160305',
  ])('does not take %s', (text) => {
    expect(read(text, ['iso'])).toBe('is not a date as iso');
  });
});

describe('wall time of a zone', () => {
  test.each([
    ['America/New_York', '2026-03-08 02:30', '2026-03-08T07:30:00Z'],
    ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00Z'],
    ['Asia/Kolkata', '2026-11-01 01:30', '2026-10-31T20:00:00Z'],
    ['Asia/Jakarta', '2026-11-01', '2026-10-31T17:00:00Z'],
  ])('%s %s is %s: after a gap, the first of two', (zone, text, expected) => {
    expect(read(text, ['iso'], zone)).toBe(expected);
  });

  test('an offset in the text counts more than the zone', () => {
    expect(read('2026-11-01T01:30Z', ['iso'], 'Asia/Jakarta')).toBe('2026-11-01T01:30:00Z');
  });

  test('agrees with Temporal on any time, to the microsecond', () => {
    const zones = [
      'UTC',
      'Asia/Jakarta',
      'America/New_York',
      'Asia/Kolkata',
      'America/Santiago',
      'Australia/Lord_Howe',
    ];
    const readers = new Map(zones.map((zone) => [zone, compileDates(['yyyy-MM-dd HH:mm:ss.SSSSSS'], zone)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('1700-01-01'), max: new Date('2250-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 999 }),
        (zone, date, microsecond) => {
          const wall = Temporal.PlainDateTime.from(date.toISOString().slice(0, 23)).with({ microsecond });
          const text = `${wall.toPlainDate()} ${wall.toPlainTime().toString({ fractionalSecondDigits: 6 })}`;
          const expected = wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).toInstant();
          const moment = readers.get(zone)!(text);
          if (typeof moment === 'string') throw new Error(moment);
          expect(Temporal.Instant.from(moment.text).toString()).toBe(expected.toString());
          expect(BigInt(moment.micros) * 1000n).toBe(expected.epochNanoseconds);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('takes exactly the days the calendar has', () => {
    const reader = compileDates(['d/M/yyyy'], 'UTC');
    fc.assert(
      fc.property(
        fc.integer({ min: 1600, max: 2400 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const exists = (() => {
            try {
              Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
              return true;
            } catch {
              return false;
            }
          })();
          expect(typeof reader(`${day}/${month}/${year}`) === 'object').toBe(exists);
        },
      ),
      { numRuns: 500 },
    );
  });
});
