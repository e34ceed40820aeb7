/** The only source of "now" for business time. Injected everywhere, so that tests, `--now` and the sandbox can move it. */
export interface Clock {
  now(): Temporal.Instant;
}

export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A clock that runs with another one, ahead of it or behind, and can be moved: tomorrow morning, now. */
export interface MovableClock extends Clock {
  /** Goes on from there. */
  moveTo(to: Temporal.Instant): void;
  /** Goes with the clock underneath again. */
  backToReal(): void;
  /** How far it is ahead of the clock underneath; negative when behind. */
  ahead(): Temporal.Duration;
  /** Told after every move, for what sleeps until a time. Returns the unsubscribe function. */
  onMove(listener: () => void): () => void;
}

export function movableClock(real: Clock): MovableClock {
  let ahead = Temporal.Duration.from({ seconds: 0 });
  const listeners = new Set<() => void>();
  function shift(by: Temporal.Duration): void {
    ahead = by;
    for (const listener of [...listeners]) listener();
  }
  return {
    now: () => real.now().add(ahead),
    moveTo: (to) => shift(real.now().until(to)),
    backToReal: () => shift(Temporal.Duration.from({ seconds: 0 })),
    ahead: () => ahead,
    onMove(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether the clock can be moved: the sandbox's console offers it then. */
export function isMovable(clock: Clock): clock is MovableClock {
  return 'moveTo' in clock;
}

/** A clock that stands still; `set` moves it. */
export function fixedClock(at: Temporal.Instant | string): Clock & { set(to: Temporal.Instant | string): void } {
  let instant = Temporal.Instant.from(at);
  return {
    now: () => instant,
    set(to) {
      instant = Temporal.Instant.from(to);
    },
  };
}
