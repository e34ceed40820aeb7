/** When a running clock needs a person's eye. */
export interface RiskThresholds {
  /** Share of the target that is left, 0 to 1. */
  readonly share: number;
  /** Seconds of open time left. */
  readonly seconds: number;
  /** Median seconds that replying or resolving took recently: with less than that left it is already late. */
  readonly medianSeconds?: number;
}

/** Those that stored facts are made with; others than these need another `factsVersion`. */
export const defaultRisk: RiskThresholds = { share: 0.25, seconds: 15 * 60 };

/** With so many seconds of open time left a clock is at risk. */
export function thresholdOf(targetSeconds: number, { share, seconds, medianSeconds = 0 }: RiskThresholds): number {
  return Math.max(share * targetSeconds, seconds, medianSeconds);
}
