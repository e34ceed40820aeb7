import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noCalls, takeCall, type Windows } from '../../src/sync/quota.ts';

const start = Date.UTC(2026, 10, 21, 12);

/** Takes calls at random distances, waiting when told to; the times at which calls went out. */
function callTimes(limits: { perMinute: number; perDay: number | undefined }, gaps: readonly number[], most: number) {
  let windows: Windows = noCalls;
  let now = start;
  const times: number[] = [];
  for (let index = 0; times.length < most; index++) {
    now += gaps[index % gaps.length]!;
    for (;;) {
      const outcome = takeCall(windows, limits, now);
      if (outcome.taken) {
        windows = outcome.windows;
        times.push(now);
        break;
      }
      expect(outcome.waitMs).toBeGreaterThan(0);
      now += Math.ceil(outcome.waitMs);
    }
  }
  return times;
}

function mostWithin(times: readonly number[], spanMs: number): number {
  let most = 0;
  let from = 0;
  for (const [to, time] of times.entries()) {
    while (times[from]! <= time - spanMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

test('no minute and no day, however they are laid, holds more calls than allowed', () => {
  const cases = fc.record({
    perMinute: fc.integer({ min: 1, max: 30 }),
    perDay: fc.option(fc.integer({ min: 5, max: 200 }), { nil: undefined }),
    gaps: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 20 }),
  });
  fc.assert(
    fc.property(cases, ({ perMinute, perDay, gaps }) => {
      const times = callTimes({ perMinute, perDay }, gaps, 400);
      expect(mostWithin(times, 60_000)).toBeLessThanOrEqual(perMinute);
      if (perDay !== undefined) expect(mostWithin(times, 86_400_000)).toBeLessThanOrEqual(perDay);
    }),
    { seed: 20261121, numRuns: 150 },
  );
});

test('nearly everything that is allowed can be used: 60 calls at once, and the next within 65 seconds', () => {
  const times = callTimes({ perMinute: 60, perDay: undefined }, [0], 121);
  expect(times.slice(0, 60).every((time) => time === start)).toBe(true);
  expect(times[60]! - start).toBeLessThanOrEqual(65_000);
});

test('calls of the day that are kept free for others are not taken', () => {
  let windows: Windows = noCalls;
  const take = (keepFree: number) => {
    const outcome = takeCall(windows, { perMinute: 100, perDay: 10, keepFree }, start);
    if (outcome.taken) windows = outcome.windows;
    return outcome.taken;
  };
  expect(Array.from({ length: 9 }, () => take(3)).filter(Boolean)).toHaveLength(7);
  expect(Array.from({ length: 9 }, () => take(0)).filter(Boolean)).toHaveLength(3);
});

test('a clock that goes back far neither forgets calls nor waits until it is there again', () => {
  const limits = { perMinute: 2, perDay: 2 };
  let windows: Windows = noCalls;
  for (let call = 0; call < 2; call++) {
    const outcome = takeCall(windows, limits, start + 365 * 86_400_000);
    if (outcome.taken) windows = outcome.windows;
  }
  const now = takeCall(windows, limits, start);
  expect(now).toMatchObject({ taken: false, window: 'day' });
  expect('waitMs' in now && now.waitMs).toBeLessThanOrEqual(86_400_000 + 1_800_000);
});
