import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { slaDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import { lacksSla, measureSla, slaParts, ticketSla } from '../ticket-sla.ts';

export const slaFirstResponse: Kpi = {
  id: 'sla-first-response',
  version: 1,
  group: 'support',
  title: 'First response within SLA',
  question: 'On how many tickets did the customer get a first response in time?',
  formula:
    'Tickets first answered within target / (those + tickets answered later or open past the target), of those created in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: slaDimensions,
  parts: slaParts,
  streams: ['ticket'],
  rollups: [ticketSlaDaily],
  datedBy: ticketSlaDaily,
  needs: 'first-response times',
  maturesAfterDays: 'first-response-target',
  target: 0.9,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Replies of bots, auto-responders and internal notes are no responses.',
    'A ticket that ends before its first response is due is not measured: nothing was owed any more.',
  ],
  examples: ['sla-first-response', 'sla-first-response 30d by channel', 'sla-first-response 7d priority:critical'],
  query: ticketSla,
  lacks: (sums) => lacksSla(sums, 'first_response_'),
  measure: (sums) => measureSla(sums, 'first_response_'),
};
