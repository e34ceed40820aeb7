/** Calls per minute that Slack grants at least, per method: 1, 20, 50 or 100; `posting` is one a second and channel. */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'free';

const perMinute: Readonly<Record<1 | 2 | 3 | 4, number>> = { 1: 1, 2: 20, 3: 50, 4: 100 };
const minuteMs = 60_000;
const postingMs = 1_000;

export interface RateLimits {
  /** Counts a call. Seconds to wait when it is one too many (it does not count then), `undefined` when it is fine. */
  take(call: { method: string; tier: Tier; channel: string | undefined }): number | undefined;
}

/**
 * Slack's limits without the bursts it tolerates: the stricter reading. `elapsedMs` is a monotonic clock in milliseconds:
 * limits go by real time, whatever the clock of the workspace says.
 */
export function createRateLimits(elapsedMs: () => number): RateLimits {
  const taken = new Map<string, number[]>();

  function takeFrom(key: string, limit: number, windowMs: number): number | undefined {
    const now = elapsedMs();
    const recent = (taken.get(key) ?? []).filter((at) => at > now - windowMs);
    taken.set(key, recent);
    if (recent.length < limit) {
      recent.push(now);
      return undefined;
    }
    return Math.max(1, Math.ceil(((recent[0] ?? now) + windowMs - now) / 1000));
  }

  return {
    take({ method, tier, channel }) {
      if (tier === 'free') return undefined;
      if (tier === 'posting') return takeFrom(`${method} ${channel}`, 1, postingMs);
      return takeFrom(method, perMinute[tier], minuteMs);
    },
  };
}
