import type { MetricSla, TicketSla } from './ticket-sla.ts';

/** When a running clock needs a person's eye. */
export interface RiskThresholds {
  /** Share of the target that is left, 0 to 1. */
  readonly share: number;
  /** Seconds of open time left. */
  readonly seconds: number;
  /** Median seconds that replying or resolving took recently: with less than that left it is already late. */
  readonly medianSeconds?: number;
}

export const defaultRisk: RiskThresholds = { share: 0.25, seconds: 15 * 60 };

/** The clock runs and little of the target is left. A paused clock is not at risk, a missed one no longer. */
export function isAtRisk(metric: MetricSla, thresholds: RiskThresholds = defaultRisk): boolean {
  const { state, remainingSeconds, targetSeconds } = metric;
  if (state !== 'pending' || remainingSeconds === null || targetSeconds === null) return false;
  const { share, seconds, medianSeconds = 0 } = thresholds;
  return remainingSeconds <= Math.max(share * targetSeconds, seconds, medianSeconds);
}

/** The metrics predicted to breach at or before an instant if nothing more happens to the ticket, soonest first. */
export function breachesBy(sla: TicketSla, instant: number): MetricSla[] {
  return [sla.firstResponse, sla.resolution, ...sla.nextResponse]
    .filter(({ dueAt }) => dueAt !== null && dueAt <= instant)
    .sort((a, b) => a.dueAt! - b.dueAt!);
}
