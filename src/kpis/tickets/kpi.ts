import { ticketCreatedDaily } from '../../rollups/ticket-created-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import { ticketsCreated } from '../tickets-created.ts';

export const tickets: Kpi = {
  id: 'tickets',
  version: 1,
  group: 'support',
  title: 'Tickets created',
  question: 'How many tickets came in?',
  formula: 'Tickets created in the period, one per ticket id, in their latest version.',
  kind: 'flow',
  unit: 'count',
  better: 'neither',
  dimensions: ticketDimensions,
  parts: {},
  streams: ['ticket'],
  rollups: [ticketCreatedDaily],
  datedBy: ticketCreatedDaily,
  needs: 'tickets',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: ['Dated by creation. Deleted tickets and those of demo accounts are left out.'],
  examples: ['tickets', 'tickets 30d by channel', 'tickets last month priority:critical'],
  query: ticketsCreated,
  measure(sums, { days }) {
    const count = sums.counts.tickets ?? 0;
    return { value: count, weight: count, parts: {}, evidence: { kind: 'count', count, exposure: days } };
  },
};
