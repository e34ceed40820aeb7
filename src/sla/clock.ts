import type { Metric, Terms, TermsTimeline } from './policy.ts';
import { defaultRisk, thresholdOf } from './thresholds.ts';

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
  /** Since when it runs with little left; once it is decided, since when it did then. */
  riskAt: number | null;
}

/** What of a ticket its clocks depend on. */
export interface ClockContext {
  readonly priority: string | null;
  readonly status: string | null;
  /** When it left the backlog; null while it is open. */
  readonly endedAt: number | null;
}

export function startClock(metric: Metric, startedAt: number, cycle = 1): Clock {
  return { metric, cycle, startedAt, elapsed: 0, target: null, fulfilledAt: null, breachedAt: null, riskAt: null };
}

/** The ticket's status stops this clock for the time being. */
export function isPaused(clock: Clock, ticket: ClockContext, terms: Terms | null): boolean {
  return terms?.pausing[clock.metric].has(ticket.status ?? '') ?? false;
}

/** Counts a stretch in which nothing happens; a target that passes before its end is breached there. */
export function countTime(clock: Clock, ticket: ClockContext, terms: Terms | null, from: number, to: number): void {
  if (!isRunning(clock, ticket, terms)) return;
  if (clock.breachedAt === null) clock.riskAt ??= riskPast(clock, terms, from, to);
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
  settleRisk(clock, ticket, terms, at);
  if (clock.target === null) return;
  const late =
    clock.fulfilledAt === null
      ? ticket.endedAt === null && clock.elapsed >= clock.target
      : clock.elapsed > clock.target;
  if (late) clock.breachedAt = at;
}

/** A pause ends being at risk, and so does more time; a decision or the ticket's end leaves it as it was. */
function settleRisk(clock: Clock, ticket: ClockContext, terms: Terms | null, at: number): void {
  if (clock.fulfilledAt !== null || ticket.endedAt !== null) return;
  const isLow =
    isRunning(clock, ticket, terms) && clock.target !== null && clock.elapsed >= clock.target - lastOf(clock.target);
  clock.riskAt = isLow ? (clock.riskAt ?? at) : null;
}

/** What is to come of a clock that runs, if nothing more happens to the ticket; null for what never does. */
export interface Ahead {
  /** The instant the target passes. */
  dueAt: number | null;
  /** The instant little of it is left; of a clock that is at risk already, since when. */
  riskAt: number | null;
}

/** What is ahead of a clock, under this version of the policy (`index`) and the later ones known. */
export function aheadOf(
  clock: Clock,
  ticket: ClockContext,
  timeline: TermsTimeline,
  index: number,
  from: number,
): Ahead {
  const ahead = { ...clock };
  const found = (dueAt: number | null): Ahead => ({ dueAt, riskAt: ahead.riskAt });
  let now = from;
  for (let i = index; i < timeline.length; i++) {
    const terms = timeline[i] ?? null;
    settle(ahead, ticket, terms, now);
    const until = timeline[i + 1]?.validFrom;
    if (until === undefined) {
      if (ahead.breachedAt !== null || !isRunning(ahead, ticket, terms)) return found(ahead.breachedAt);
      ahead.riskAt ??= riskPast(ahead, terms, now);
      return found(duePast(ahead, terms, now));
    }
    countTime(ahead, ticket, terms, now, until);
    if (ahead.breachedAt !== null) return found(ahead.breachedAt);
    now = until;
  }
  return found(null);
}

/** The instant the target passes, if before `to`. */
function duePast(clock: Clock, terms: Terms, from: number, to = Number.POSITIVE_INFINITY): number | null {
  if (clock.target === null) return null;
  const due = terms.openTime.after(from, clock.target - clock.elapsed);
  return due !== null && due < to ? due : null;
}

/** The instant little of the target is left, if before `to`. */
function riskPast(clock: Clock, terms: Terms, from: number, to = Number.POSITIVE_INFINITY): number | null {
  if (clock.target === null) return null;
  const at = terms.openTime.after(from, Math.max(0, clock.target - lastOf(clock.target) - clock.elapsed));
  return at !== null && at < to ? at : null;
}

/** How much of a target is left when it is at risk, in milliseconds. */
function lastOf(target: number): number {
  return thresholdOf(target / 1000, defaultRisk) * 1000;
}

function isRunning(clock: Clock, ticket: ClockContext, terms: Terms | null): terms is Terms {
  return terms !== null && ticket.endedAt === null && clock.fulfilledAt === null && !isPaused(clock, ticket, terms);
}

function targetOf(clock: Clock, ticket: ClockContext, terms: Terms | null): number | null {
  if (terms === null || ticket.priority === null) return null;
  return terms.targets[clock.metric].get(ticket.priority) ?? null;
}
