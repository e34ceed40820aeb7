/**
 * How many calls were made in the last minute and in the last day, in slots. Whatever a source takes for a minute (by the
 * clock, or since the first call), no minute and no day ever holds more calls than allowed: a bucket that refills would
 * let nearly twice as many through at its edge.
 */
export interface Windows {
  minute: Slots;
  day: Slots;
}

interface Slots {
  /** Number of the newest slot since 1970. */
  at: number;
  /** Calls by slot, the newest first. */
  calls: number[];
}

interface WindowShape {
  slotMs: number;
  /** Slots that together cover the window and the one that is only partly in it. */
  slots: number;
}

const shapes = { minute: { slotMs: 5_000, slots: 13 }, day: { slotMs: 1_800_000, slots: 49 } } as const;

export interface Limits {
  perMinute: number;
  perDay: number | undefined;
  /** Calls of the day that are left to others. */
  keepFree?: number;
}

export const noCalls: Windows = { minute: { at: 0, calls: [] }, day: { at: 0, calls: [] } };

/**
 * Takes one call, or says for how many milliseconds there is no place for it: at the earliest then, it may still be taken
 * by somebody else. A pure function of what was called, the limits and the time.
 */
export function takeCall(
  windows: Windows,
  limits: Limits,
  nowMs: number,
): { taken: true; windows: Windows } | { taken: false; window: 'minute' | 'day'; waitMs: number } {
  const minute = upTo(windows.minute, shapes.minute, nowMs);
  const day = upTo(windows.day, shapes.day, nowMs);
  const dayLimit =
    limits.perDay === undefined ? undefined : limits.perDay - Math.min(limits.keepFree ?? 0, limits.perDay - 1);
  if (dayLimit !== undefined && sum(day.calls) >= dayLimit)
    return { taken: false, window: 'day', waitMs: untilPlace(day, shapes.day, dayLimit, nowMs) };
  if (sum(minute.calls) >= limits.perMinute)
    return { taken: false, window: 'minute', waitMs: untilPlace(minute, shapes.minute, limits.perMinute, nowMs) };
  return { taken: true, windows: { minute: withOne(minute), day: withOne(day) } };
}

/** Slots as of now. A clock that went back a lot (a test's, a sandbox's) keeps the calls but counts them as made now. */
function upTo(slots: Slots, { slotMs, slots: kept }: WindowShape, nowMs: number): Slots {
  const at = Math.floor(nowMs / slotMs);
  const passed = at - slots.at;
  if (passed < -1) return { at, calls: [sum(slots.calls)] };
  if (passed <= 0) return slots;
  const empty = new Array<number>(Math.min(passed, kept)).fill(0);
  return { at, calls: [...empty, ...slots.calls].slice(0, kept) };
}

function withOne({ at, calls }: Slots): Slots {
  return { at, calls: [(calls[0] ?? 0) + 1, ...calls.slice(1)] };
}

/** How long until enough of the oldest slots have left the window. */
function untilPlace(slots: Slots, shape: WindowShape, limit: number, nowMs: number): number {
  let inside = sum(slots.calls);
  for (let index = slots.calls.length - 1; index >= 0; index--) {
    inside -= slots.calls[index]!;
    if (inside < limit) return (slots.at - index + shape.slots) * shape.slotMs - nowMs;
  }
  return shape.slots * shape.slotMs;
}

function sum(calls: readonly number[]): number {
  return calls.reduce((total, one) => total + one, 0);
}
