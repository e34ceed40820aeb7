import { type Ahead, type Clock, type ClockContext, isPaused } from './clock.ts';
import type { Metric, Terms } from './policy.ts';

/**
 * `pending`: the clock runs. `paused`: it waits for somebody else. `not-measured`: it cannot be judged, and is never
 * counted as missed.
 */
export type SlaState = 'met' | 'missed' | 'pending' | 'paused' | 'not-measured';

/** Why a metric is not measured: the source does not deliver it, no target holds, or the ticket ended without it. */
export type NotMeasured = 'no-data' | 'no-target' | 'ended';

/** One metric (of next response: one cycle). Instants are epoch milliseconds, durations seconds of open time. */
export interface MetricSla {
  readonly metric: Metric;
  /** 1, and counting for next response: with ticket and metric the key of a recorded breach. */
  readonly cycle: number;
  readonly state: SlaState;
  readonly reason: NotMeasured | null;
  readonly startedAt: number;
  /** Null without data. */
  readonly elapsedSeconds: number | null;
  /** In force now, or when it was decided. */
  readonly targetSeconds: number | null;
  /** Left of the target while pending or paused. */
  readonly remainingSeconds: number | null;
  /**
   * The predicted breach: when the target passes if nothing more happens. Only while pending, and null then too when the
   * calendar has no open time for it.
   */
  readonly dueAt: number | null;
  /**
   * While pending: when little of the target is left (src/sla/thresholds.ts) if nothing more happens, or since when; null
   * where that never comes. Later: since when that was so when it was decided or the ticket ended, null where it was not.
   */
  readonly riskAt: number | null;
  /** When it was replied or resolved, in time or late. */
  readonly fulfilledAt: number | null;
  /** The instant the target passed. It stays, whatever comes later. */
  readonly breachedAt: number | null;
  /** When it became met or missed. */
  readonly decidedAt: number | null;
}

/** The SLA of a ticket: of its first response and its resolution. Next response is reported beside it. */
export interface TicketSla {
  readonly state: 'met' | 'missed' | 'pending' | 'not-measured';
  /** When it became met or missed. */
  readonly decidedAt: number | null;
  /** When it left the backlog; null while it is open. */
  readonly endedAt: number | null;
  /** The earliest due time of all metrics: when to look at the ticket again if nothing happens to it. */
  readonly nextDueAt: number | null;
  readonly firstResponse: MetricSla;
  readonly resolution: MetricSla;
  /** Cycles of next response in order. */
  readonly nextResponse: readonly MetricSla[];
}

/** A metric whose data the source does not deliver. */
export function withoutData(metric: Metric, startedAt: number): MetricSla {
  return {
    metric,
    cycle: 1,
    state: 'not-measured',
    reason: 'no-data',
    startedAt,
    elapsedSeconds: null,
    targetSeconds: null,
    remainingSeconds: null,
    dueAt: null,
    riskAt: null,
    fulfilledAt: null,
    breachedAt: null,
    decidedAt: null,
  };
}

/** A clock as a result. What is `ahead` is asked only of a clock that runs. */
export function metricOf(clock: Clock, ticket: ClockContext, terms: Terms | null, ahead: () => Ahead): MetricSla {
  const { metric, cycle, startedAt, elapsed, target, fulfilledAt, breachedAt } = clock;
  const [state, reason] = stateOf(clock, ticket, terms);
  const undecided = state === 'pending' || state === 'paused';
  const { dueAt, riskAt } = state === 'pending' ? ahead() : { dueAt: null, riskAt: clock.riskAt };
  return {
    metric,
    cycle,
    state,
    reason,
    startedAt,
    elapsedSeconds: elapsed / 1000,
    targetSeconds: target === null ? null : target / 1000,
    remainingSeconds: undecided && target !== null ? (target - elapsed) / 1000 : null,
    dueAt,
    riskAt,
    fulfilledAt,
    breachedAt,
    decidedAt: breachedAt ?? (state === 'met' ? fulfilledAt : null),
  };
}

function stateOf(clock: Clock, ticket: ClockContext, terms: Terms | null): [SlaState, NotMeasured | null] {
  if (clock.breachedAt !== null) return ['missed', null];
  if (clock.fulfilledAt !== null && clock.target !== null) return ['met', null];
  if (clock.fulfilledAt === null && ticket.endedAt !== null) return ['not-measured', 'ended'];
  if (clock.target === null) return ['not-measured', 'no-target'];
  return [isPaused(clock, ticket, terms) ? 'paused' : 'pending', null];
}

/**
 * Missed as soon as one half is; met when both are, or the one is and the other cannot be measured. `endedAt`: when the
 * ticket left the backlog, which also decides that a half will not be measured.
 */
export function wholeTicket(
  metrics: Pick<TicketSla, 'firstResponse' | 'resolution' | 'nextResponse'>,
  endedAt: number | null,
): TicketSla {
  const halves = [metrics.firstResponse, metrics.resolution];
  const due = [...halves, ...metrics.nextResponse].flatMap(({ dueAt }) => dueAt ?? []);
  const nextDueAt = due.length > 0 ? Math.min(...due) : null;
  const breaches = halves.flatMap(({ breachedAt }) => breachedAt ?? []);
  if (breaches.length > 0) return { state: 'missed', decidedAt: Math.min(...breaches), endedAt, nextDueAt, ...metrics };
  if (halves.some(({ state }) => state === 'pending' || state === 'paused'))
    return { state: 'pending', decidedAt: null, endedAt, nextDueAt, ...metrics };
  const met = halves.flatMap(({ decidedAt }) => decidedAt ?? []);
  if (met.length === 0) return { state: 'not-measured', decidedAt: null, endedAt, nextDueAt, ...metrics };
  // The end settles what is open then, so a reply after it decides nothing that was decided already.
  const settled = halves.flatMap(({ decidedAt, reason }) =>
    decidedAt !== null || reason === 'ended' ? Math.min(decidedAt ?? Infinity, endedAt ?? Infinity) : [],
  );
  const decidedAt = Math.max(...settled, Math.min(...met));
  return { state: 'met', decidedAt, endedAt, nextDueAt, ...metrics };
}
