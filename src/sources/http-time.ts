/**
 * When a `Retry-After` header lets the next call through: seconds from `now`, or a date of the sender's clock, which is
 * ahead of ours by `aheadMs`. Undefined where the header is absent or means nothing.
 */
export function retryAfter(
  header: string | null,
  now: Temporal.Instant,
  aheadMs: number,
): Temporal.Instant | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return now.add({ milliseconds: Math.min(Math.ceil(Number(text) * 1000), dayMs) });
  const date = httpDate(text);
  return date === undefined ? undefined : notTooFar(Temporal.Instant.fromEpochMilliseconds(date - aheadMs), now);
}

/** When `X-RateLimit-Reset` (seconds since 1970, of the sender's clock) ends the window. */
export function windowEnd(header: string | null, now: Temporal.Instant, aheadMs: number): Temporal.Instant | undefined {
  if (header === null || !/^\d{9,11}$/.test(header.trim())) return undefined;
  return notTooFar(Temporal.Instant.fromEpochMilliseconds(Number(header) * 1000 - aheadMs), now);
}

const dayMs = 86_400_000;

/** A wrong clock or a wrong header must not silence a source for longer than a day. */
function notTooFar(until: Temporal.Instant, now: Temporal.Instant): Temporal.Instant {
  const latest = now.add({ milliseconds: dayMs });
  return Temporal.Instant.compare(until, latest) > 0 ? latest : until;
}

/** An HTTP date as milliseconds since 1970. */
function httpDate(text: string): number | undefined {
  const match = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  const month = months.indexOf(match?.[2] ?? '') + 1;
  if (!match || month === 0) return undefined;
  const [day, , year, hour, minute, second] = match.slice(1);
  try {
    return Temporal.Instant.from(`${year}-${String(month).padStart(2, '0')}-${day}T${hour}:${minute}:${second}Z`)
      .epochMilliseconds;
  } catch {
    return undefined;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** How far the sender's clock is ahead of ours, learned from the `Date` headers of its answers. */
export interface Skew {
  /** Milliseconds its clock is ahead at the least: an instant moved by it is never later than what it really was there. */
  aheadMs(): number;
  /** Takes in one answer. */
  learn(date: string | null, sentAt: Temporal.Instant, receivedAt: Temporal.Instant): void;
}

/**
 * A `Date` of whole seconds stamped between sending and receiving says: the sender's clock was within [date, date + 1 s).
 * Each answer narrows the range; one that contradicts it (a clock was put right) starts it anew.
 */
export function createSkew(): Skew {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  return {
    aheadMs: () => (Number.isFinite(low) ? low : 0),
    learn(header, sentAt, receivedAt) {
      const date = header === null ? undefined : httpDate(header);
      if (date === undefined) return;
      const lowest = date - receivedAt.epochMilliseconds;
      const highest = date + 1000 - sentAt.epochMilliseconds;
      const apart = lowest > high || highest < low;
      low = apart ? lowest : Math.max(low, lowest);
      high = apart ? highest : Math.min(high, highest);
    },
  };
}
