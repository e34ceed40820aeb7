import { countBands, quantile } from '../../domain/histogram.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import { ticketsResolved } from './query.ts';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** Bands of the distribution; upper bounds in seconds, exclusive. */
const bands = [
  { label: '< 15 min', upTo: 15 * minute },
  { label: '15–60 min', upTo: hour },
  { label: '1–4 h', upTo: 4 * hour },
  { label: '4–24 h', upTo: day },
  { label: '1–3 d', upTo: 3 * day },
  { label: '3–7 d', upTo: 7 * day },
  { label: '7–30 d', upTo: 30 * day },
  { label: '> 30 d', upTo: Number.POSITIVE_INFINITY },
];

export const resolutionTime: Kpi = {
  id: 'resolution-time',
  version: 1,
  group: 'support',
  title: 'Resolution time',
  question: 'How long does it take until a ticket is resolved?',
  formula: 'Median of (resolved - created) in calendar time over tickets resolved in the period; zero durations count.',
  kind: 'cohort',
  unit: 'duration',
  better: 'down',
  dimensions: ticketDimensions,
  parts: {
    average: { title: 'Average', unit: 'duration' },
    median: { title: 'Median', unit: 'duration' },
    p90: { title: '90th percentile', unit: 'duration' },
    count: { title: 'Tickets resolved', unit: 'count' },
    negative: { title: 'Resolved before they were created, left out', unit: 'count' },
  },
  streams: ['ticket'],
  rollups: [ticketResolvedDaily],
  datedBy: ticketResolvedDaily,
  needs: 'resolution times',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Dated by resolution: tickets still open do not count yet, so a growing backlog makes the figure look better than it is.',
    'Median and 90th percentile are read from a histogram with a relative error of at most 1 %; the average is exact.',
    'Tickets resolved before they were created are left out and counted in a note.',
  ],
  examples: ['resolution-time', 'resolution-time 30d by team', 'resolution-time last quarter priority:critical'],
  query: ticketsResolved,
  measure(sums) {
    const count = sums.counts.measured ?? 0;
    const median = quantile(sums.bins, 0.5);
    return {
      value: median,
      weight: count,
      parts: {
        average: count === 0 ? null : (sums.counts.seconds ?? 0) / count,
        median,
        p90: quantile(sums.bins, 0.9),
        count,
        negative: sums.counts.negative ?? 0,
      },
      evidence: {
        kind: 'durations',
        n: count,
        logSum: sums.counts.log_sum ?? 0,
        logSquareSum: sums.counts.log_square_sum ?? 0,
      },
    };
  },
  distribution: (sums) => ({ title: 'Tickets by resolution time', bands: countBands(sums.bins, bands) }),
  notes(measured) {
    const { count, negative } = measured.parts;
    return [
      ...(count ? ['Median and 90th percentile are within 1 % of the exact ones.'] : []),
      ...(negative ? [leftOut(negative)] : []),
    ];
  },
};

function leftOut(negative: number): string {
  return negative === 1
    ? '1 ticket was resolved before it was created and is left out.'
    : `${negative} tickets were resolved before they were created and are left out.`;
}
