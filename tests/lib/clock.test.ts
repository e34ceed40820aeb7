import { describe, expect, test } from 'vitest';
import { fixedClock, isMovable, movableClock, systemClock } from '../../src/lib/clock.ts';

describe('a movable clock', () => {
  test('goes on from where it was moved to, with the clock underneath', () => {
    const real = fixedClock('2026-11-16T08:00:00Z');
    const clock = movableClock(real);
    expect([clock.now().toString(), clock.ahead().blank]).toEqual(['2026-11-16T08:00:00Z', true]);
    clock.moveTo(Temporal.Instant.from('2026-11-17T01:30:00Z'));
    real.set('2026-11-16T08:05:00Z');
    expect([clock.now().toString(), clock.ahead().total('hours')]).toEqual(['2026-11-17T01:35:00Z', 17.5]);
    clock.backToReal();
    expect([clock.now().toString(), clock.ahead().blank]).toEqual(['2026-11-16T08:05:00Z', true]);
  });

  test('tells who sleeps until a time, until they no longer listen', () => {
    const clock = movableClock(fixedClock('2026-11-16T08:00:00Z'));
    const seen: string[] = [];
    const unsubscribe = clock.onMove(() => seen.push(clock.now().toString()));
    clock.moveTo(Temporal.Instant.from('2026-11-17T01:30:00Z'));
    clock.backToReal();
    unsubscribe();
    clock.moveTo(Temporal.Instant.from('2026-11-18T01:30:00Z'));
    expect(seen).toEqual(['2026-11-17T01:30:00Z', '2026-11-16T08:00:00Z']);
  });

  test('is told from those that cannot be moved', () => {
    expect([movableClock(systemClock), systemClock, fixedClock('2026-11-16T08:00:00Z')].map(isMovable)).toEqual([
      true,
      false,
      false,
    ]);
  });
});
