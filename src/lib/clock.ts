/** The only source of "now" for business time. Injected everywhere, so that tests, `--now` and the sandbox can move it. */
export interface Clock {
  now(): Temporal.Instant;
}

export const systemClock: Clock = { now: () => Temporal.Now.instant() };

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
