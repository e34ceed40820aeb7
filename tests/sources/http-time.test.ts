import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSkew, retryAfter, windowEnd } from '../../src/sources/http-time.ts';

const now = Temporal.Instant.from('2026-11-20T08:00:00Z');
const httpDate = (at: number) => new Date(at).toUTCString();

describe('when to come back', () => {
  test.each([
    ['20', 0, '2026-11-20T08:00:20Z'],
    ['0.5', 0, '2026-11-20T08:00:00.5Z'],
    ['Fri, 20 Nov 2026 08:05:00 GMT', 0, '2026-11-20T08:05:00Z'],
    // By a clock that is two minutes ahead of ours.
    ['Fri, 20 Nov 2026 08:05:00 GMT', 120_000, '2026-11-20T08:03:00Z'],
    ['999999999', 0, '2026-11-21T08:00:00Z'],
    ['soon', 0, undefined],
    ['Fri, 40 Nov 2026 08:05:00 GMT', 0, undefined],
    [null, 0, undefined],
  ])('Retry-After %s with a clock %i ms ahead', (header, ahead, expected) => {
    expect(retryAfter(header, now, ahead)?.toString()).toBe(expected);
  });

  test('the end of a window is seconds since 1970 by their clock, at most a day away', () => {
    expect(windowEnd('1795161660', now, 0)?.toString()).toBe('2026-11-20T08:01:00Z');
    expect(windowEnd('1795161660', now, 30_000)?.toString()).toBe('2026-11-20T08:00:30Z');
    expect(windowEnd('1999999999', now, 0)?.toString()).toBe('2026-11-21T08:00:00Z');
    expect(windowEnd('60', now, 0)).toBeUndefined();
  });
});

describe('a clock that differs from ours', () => {
  test('is never taken to be further ahead than it is, and at last nearly as far', () => {
    const call = fc.record({
      pauseMs: fc.integer({ min: 0, max: 7_000 }),
      outMs: fc.integer({ min: 1, max: 900 }),
      backMs: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -9_000_000, max: 9_000_000 }),
        fc.array(call, { minLength: 1, maxLength: 60 }),
        (ahead, calls) => {
          const skew = createSkew();
          let at = now.epochMilliseconds;
          for (const { pauseMs, outMs, backMs } of calls) {
            at += pauseMs;
            const sent = at;
            const stamped = sent + outMs + ahead;
            at += outMs + backMs;
            const instant = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms);
            skew.learn(httpDate(Math.floor(stamped / 1000) * 1000), instant(sent), instant(at));
            expect(skew.aheadMs()).toBeLessThanOrEqual(ahead);
            expect(skew.aheadMs()).toBeGreaterThanOrEqual(ahead - 1_000 - 900);
          }
        },
      ),
      { seed: 20261121 },
    );
  });

  test('that is put right is learned anew, and no header teaches nothing', () => {
    const skew = createSkew();
    skew.learn(null, now, now);
    skew.learn('yesterday', now, now);
    expect(skew.aheadMs()).toBe(0);
    skew.learn(httpDate(now.epochMilliseconds + 3_600_000), now, now);
    expect(skew.aheadMs()).toBe(3_600_000);
    skew.learn(httpDate(now.epochMilliseconds), now, now);
    expect(skew.aheadMs()).toBe(0);
  });
});
