import type { Metric, Terms, TermsTimeline } from './policy.ts';

/** A metric's clock while a ticket's events are replayed: instants in epoch milliseconds, durations in milliseconds. */
export interface Clock {
  readonly metric: Metric;
  readonly cycle: number;
  readonly startedAt: number;
  elapsed: number;
  /** The target in force, and from the moment the clock is decided on, the one that decided. */
  target: number | null;
  fulfilledAt: number | null;
  /** Never taken back. */
  breachedAt: number | null;
}

/** What of a ticket its clocks depend on. */
export interface ClockContext {
  readonly priority: string | null;
  readonly status: string | null;
  /** When it left the backlog; null while it is open. */
  readonly endedAt: number | null;
}

export function startClock(metric: Metric, startedAt: number, cycle = 1): Clock {
  return { metric, cycle, startedAt, elapsed: 0, target: null, fulfilledAt: null, breachedAt: null };
}

/** The ticket's status stops this clock for the time being. */
export function isPaused(clock: Clock, ticket: ClockContext, terms: Terms | null): boolean {
  return terms?.pausing[clock.metric].has(ticket.status ?? '') ?? false;
}

/** Counts a stretch in which nothing happens; a target that passes before its end is breached there. */
export function countTime(clock: Clock, ticket: ClockContext, terms: Terms | null, from: number, to: number): void {
  if (!isRunning(clock, ticket, terms)) return;
  clock.breachedAt ??= duePast(clock, terms, from, to);
  clock.elapsed += terms.openTime.elapsed(from, to);
}

/**
 * Decides after everything that happened in one instant: a reply at the very due time is in time, and one that comes with
 * a tighter target is held to that.
 */
export function settle(clock: Clock, ticket: ClockContext, terms: Terms | null, at: number): void {
  if (clock.breachedAt !== null || (clock.fulfilledAt !== null && clock.fulfilledAt !== at)) return;
  clock.target = targetOf(clock, ticket, terms);
  if (clock.target === null) return;
  const late =
    clock.fulfilledAt === null
      ? ticket.endedAt === null && clock.elapsed >= clock.target
      : clock.elapsed > clock.target;
  if (late) clock.breachedAt = at;
}

/**
 * The instant the target passes if nothing more happens to the ticket, under this version of the policy (`index`) and the
 * later ones known; null if it never does.
 */
export function dueOf(
  clock: Clock,
  ticket: ClockContext,
  timeline: TermsTimeline,
  index: number,
  from: number,
): number | null {
  const ahead = { ...clock };
  let now = from;
  for (let i = index; i < timeline.length; i++) {
    const terms = timeline[i] ?? null;
    settle(ahead, ticket, terms, now);
    const until = timeline[i + 1]?.validFrom;
    if (until === undefined)
      return ahead.breachedAt ?? (isRunning(ahead, ticket, terms) ? duePast(ahead, terms, now) : null);
    countTime(ahead, ticket, terms, now, until);
    if (ahead.breachedAt !== null) return ahead.breachedAt;
    now = until;
  }
  return null;
}

/** The instant the target passes, if before `to`. */
function duePast(clock: Clock, terms: Terms, from: number, to = Number.POSITIVE_INFINITY): number | null {
  if (clock.target === null) return null;
  const due = terms.openTime.after(from, clock.target - clock.elapsed);
  return due !== null && due < to ? due : null;
}

function isRunning(clock: Clock, ticket: ClockContext, terms: Terms | null): terms is Terms {
  return terms !== null && ticket.endedAt === null && clock.fulfilledAt === null && !isPaused(clock, ticket, terms);
}

function targetOf(clock: Clock, ticket: ClockContext, terms: Terms | null): number | null {
  if (terms === null || ticket.priority === null) return null;
  return terms.targets[clock.metric].get(ticket.priority) ?? null;
}
