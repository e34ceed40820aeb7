import { type MovableClock, movableClock, systemClock } from '../../lib/clock.ts';

/** Where the soak's time stands: so far ahead of real time, or at one moment for good. In milliseconds. */
export type TimeStand = { aheadMs: number } | { stillAtMs: number };

/** The clock of the simulated CRM and of every replica: it goes with real time, is moved, and stands still at the end. */
export interface SoakClock extends MovableClock {
  set(stand: TimeStand): void;
  stand(): TimeStand;
}

export function soakClock(): SoakClock {
  let still: Temporal.Instant | undefined;
  const clock = movableClock({ now: () => still ?? systemClock.now() });
  return {
    ...clock,
    set(stand) {
      if ('stillAtMs' in stand) {
        still = Temporal.Instant.fromEpochMilliseconds(stand.stillAtMs);
        clock.backToReal();
      } else clock.moveTo(systemClock.now().add({ milliseconds: stand.aheadMs }));
    },
    stand: () =>
      still ? { stillAtMs: still.epochMilliseconds } : { aheadMs: Math.round(clock.ahead().total('milliseconds')) },
  };
}
