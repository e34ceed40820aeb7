/** Calls allowed per clock minute and per UTC day; a part left out is not limited. */
export interface Quota {
  perMinute?: number;
  perDay?: number;
  /** Whether a refusal says when to come back; true unless given. */
  retryAfter?: boolean;
}

export interface Meter {
  /** Counts one call at a moment (epoch seconds). */
  count(now: number): Reading;
}

export interface Reading {
  allowed: boolean;
  /** Of the window that runs out first. */
  limit: number;
  remaining: number;
  /** When that window ends, epoch seconds. */
  reset: number;
}

/** The plan without a quota says what it would be: 1,000 a minute. */
const unlimitedPerMinute = 1_000;

/** A refused call is not counted, as far as anybody knows. */
export function createMeter(quota: Quota): Meter {
  const windows = [
    { length: 60, limit: quota.perMinute ?? (quota.perDay === undefined ? unlimitedPerMinute : undefined) },
    { length: 86_400, limit: quota.perDay },
  ].flatMap(({ length, limit }) => (limit === undefined ? [] : [{ length, limit, number: Number.NaN, used: 0 }]));
  const enforced = quota.perMinute !== undefined || quota.perDay !== undefined;
  return {
    count(now) {
      for (const window of windows) {
        const number = Math.floor(now / window.length);
        if (number !== window.number) Object.assign(window, { number, used: 0 });
      }
      const allowed = !enforced || windows.every((window) => window.used < window.limit);
      if (allowed) for (const window of windows) window.used++;
      const left = (window: { limit: number; used: number }) => Math.max(0, window.limit - window.used);
      // The longer window where both are as empty: its reset is the one to wait for.
      const tightest = windows.toSorted((a, b) => left(a) - left(b) || b.length - a.length)[0]!;
      return {
        allowed,
        limit: tightest.limit,
        remaining: left(tightest),
        reset: (tightest.number + 1) * tightest.length,
      };
    },
  };
}
