import { defaultRisk, type RiskThresholds, thresholdOf } from './thresholds.ts';
import type { MetricSla, TicketSla } from './ticket-sla.ts';

/** The clock runs and little of the target is left. A paused clock is not at risk, a missed one no longer. */
export function isAtRisk(metric: MetricSla, thresholds: RiskThresholds = defaultRisk): boolean {
  const { state, remainingSeconds, targetSeconds } = metric;
  if (state !== 'pending' || remainingSeconds === null || targetSeconds === null) return false;
  return remainingSeconds <= thresholdOf(targetSeconds, thresholds);
}

/** The metrics predicted to breach at or before an instant if nothing more happens to the ticket, soonest first. */
export function breachesBy(sla: TicketSla, instant: number): MetricSla[] {
  return [sla.firstResponse, sla.resolution, ...sla.nextResponse]
    .filter(({ dueAt }) => dueAt !== null && dueAt <= instant)
    .sort((a, b) => a.dueAt! - b.dueAt!);
}
