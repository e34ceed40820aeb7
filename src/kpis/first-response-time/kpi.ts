import { countBands } from '../../domain/histogram.ts';
import { ticketAnsweredDaily } from '../../rollups/ticket-answered-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import {
  durationBands,
  durationParts,
  measureDurations,
  percentileNote,
  ticketDurations,
} from '../ticket-durations.ts';

export const firstResponseTime: Kpi = {
  id: 'first-response-time',
  version: 1,
  group: 'support',
  title: 'First response time',
  question: 'How long does a customer wait for the first response to a ticket?',
  formula:
    'Median of (first public reply of a person - created) in calendar time over tickets created in the period that were answered.',
  kind: 'cohort',
  unit: 'duration',
  better: 'down',
  dimensions: ticketDimensions,
  parts: durationParts('Tickets answered'),
  streams: ['ticket'],
  rollups: [ticketAnsweredDaily],
  datedBy: ticketAnsweredDaily,
  needs: 'first-response times',
  maturesAfterDays: 'first-response-target',
  target: null,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Dated by creation: tickets that still wait for their first response do not count yet.',
    'Replies of bots, auto-responders and internal notes are no responses.',
    'Median and 90th percentile are read from a histogram with a relative error of at most 1 %; the average is exact.',
    "Business time is open time of the SLA's calendar. Within target is the share of those that have an SLA target.",
  ],
  examples: [
    'first-response-time',
    'first-response-time 30d by team',
    'first-response-time last month priority:critical',
  ],
  query: (reader, scope, grouping) => ticketDurations(ticketAnsweredDaily, reader, scope, grouping),
  measure: measureDurations,
  distribution: (sums) => ({
    title: 'Tickets by first response time',
    bands: countBands(sums.bins.calendar ?? new Map(), durationBands),
  }),
  notes: (measured) => (measured.parts.count ? [percentileNote] : []),
};
