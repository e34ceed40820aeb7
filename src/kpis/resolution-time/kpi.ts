import { countBands } from '../../domain/histogram.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import {
  durationBands,
  durationParts,
  measureDurations,
  percentileNote,
  ticketDurations,
} from '../ticket-durations.ts';

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
    ...durationParts('Tickets resolved'),
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
    "Business time is open time of the SLA's calendar without waiting, over all stretches of a reopened ticket.",
    'Within target is the share of those whose resolution has an SLA target.',
    'Tickets resolved before they were created are left out and counted in a note.',
  ],
  examples: ['resolution-time', 'resolution-time 30d by team', 'resolution-time last quarter priority:critical'],
  query: (reader, scope, grouping) => ticketDurations(ticketResolvedDaily, reader, scope, grouping),
  measure(sums) {
    const measured = measureDurations(sums);
    return { ...measured, parts: { ...measured.parts, negative: sums.counts.negative ?? 0 } };
  },
  distribution: (sums) => ({
    title: 'Tickets by resolution time',
    bands: countBands(sums.bins.calendar ?? new Map(), durationBands),
  }),
  notes(measured) {
    const { count, negative } = measured.parts;
    return [...(count ? [percentileNote] : []), ...(negative ? [leftOut(negative)] : [])];
  },
};

function leftOut(negative: number): string {
  return negative === 1
    ? '1 ticket was resolved before it was created and is left out.'
    : `${negative} tickets were resolved before they were created and are left out.`;
}
