/** Series grains; `hour` only for KPIs that keep hourly aggregates. */
export const grains = ['hour', 'day', 'week', 'month'] as const;
export type Grain = (typeof grains)[number];

/** A period of local dates, half-open: `to` is the first date after it. */
export interface DateRange {
  from: string;
  to: string;
}

export interface ResolvedPeriod extends DateRange {
  /** IANA zone whose calendar `from` and `to` are dates of. */
  timezone: string;
  label: string;
  /** Ended, and every needed source's watermark is past its end. */
  complete: boolean;
  /** Complete, and past the KPI's `maturesAfter`. */
  mature: boolean;
}
