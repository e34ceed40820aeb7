import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { slaDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import { lacksSla, measureSla, slaParts, ticketSla } from '../ticket-sla.ts';

export const slaResolution: Kpi = {
  id: 'sla-resolution',
  version: 1,
  group: 'support',
  title: 'Resolution within SLA',
  question: 'How many tickets were resolved in time?',
  formula:
    'Tickets resolved within target / (those + tickets resolved later or open past the target), of those created in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: slaDimensions,
  parts: slaParts,
  streams: ['ticket'],
  rollups: [ticketSlaDaily],
  datedBy: ticketSlaDaily,
  needs: 'resolution times',
  maturesAfterDays: 'longest-target',
  target: 0.9,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'The clock stops while a ticket waits for the customer, and goes on when it is reopened.',
    'A ticket closed without a resolution is not measured.',
  ],
  examples: ['sla-resolution', 'sla-resolution 30d by team', 'sla-resolution last month priority:high'],
  query: ticketSla,
  lacks: (sums) => lacksSla(sums, 'resolution_'),
  measure: (sums) => measureSla(sums, 'resolution_'),
};
