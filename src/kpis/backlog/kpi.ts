import { ticketCreatedDaily } from '../../rollups/ticket-created-daily.ts';
import { ticketEndedDaily } from '../../rollups/ticket-ended-daily.ts';
import { ticketDimensions } from '../dimensions.ts';
import type { Kpi } from '../kpi.ts';
import { ageBands, openTickets } from '../open-tickets.ts';

export const backlog: Kpi = {
  id: 'backlog',
  version: 1,
  group: 'support',
  title: 'Open tickets',
  question: 'How many tickets are open, and how old are they?',
  formula:
    'Tickets created by the end of the day and neither resolved nor closed by then. Age is counted in local days: < 1 d means opened on that day.',
  kind: 'stock',
  unit: 'count',
  better: 'down',
  dimensions: ticketDimensions,
  // A ticket that is closed today was open then, under another status.
  presentOnly: ['status'],
  parts: Object.fromEntries(
    ageBands.map((band) => [band.name, { title: `Open ${band.label}`, unit: 'count' as const }]),
  ),
  streams: ['ticket'],
  rollups: [ticketCreatedDaily, ticketEndedDaily],
  datedBy: ticketCreatedDaily,
  needs: 'tickets',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'area', prefer: 'series' },
  caveats: [
    'The level at the end of the period; a ticket closed without a resolution leaves the backlog too.',
    'Priority, team and operator are the latest known ones, also for past days.',
  ],
  examples: ['backlog', 'backlog by team', 'backlog 12w priority:high'],
  query: openTickets,
  measure(sums) {
    const open = sums.counts.open ?? 0;
    const parts = Object.fromEntries(ageBands.map((band) => [band.name, sums.counts[band.name] ?? 0]));
    return { value: open, weight: open, parts, evidence: { kind: 'count', count: open, exposure: 1 } };
  },
  distribution: (sums) => ({
    title: 'Open tickets by age',
    bands: ageBands.map((band) => ({ label: band.label, count: sums.counts[band.name] ?? 0 })),
  }),
};
