import { ticketDecidedDaily } from '../../rollups/ticket-decided-daily.ts';
import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { slaDimensions } from '../dimensions.ts';
import { type Kpi, mergeGroups } from '../kpi.ts';
import { lacksSla, measureSla, slaParts, ticketSla, ticketsDecided } from '../ticket-sla.ts';
import { breachingSoon } from './attention.ts';

export const sla: Kpi = {
  id: 'sla',
  version: 1,
  group: 'support',
  title: 'Ticket SLA compliance',
  question: 'On how many tickets did we keep the SLA?',
  formula:
    'Tickets met / (met + missed) of those created in the period. Met: first response and resolution both within target. Missed: either target exceeded, for an open ticket from the moment it passes. Undecided tickets are a part, never in the denominator.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: slaDimensions,
  parts: {
    ...slaParts,
    decided: { title: 'Decided in the period', unit: 'count' },
    decided_met: { title: 'of those met', unit: 'count' },
  },
  streams: ['ticket'],
  rollups: [ticketSlaDaily, ticketDecidedDaily],
  datedBy: ticketSlaDaily,
  needs: 'times of first responses or resolutions',
  maturesAfterDays: 'longest-target',
  target: 0.9,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Targets by priority on the calendar of the policy in force (docs/decisions/sla.md); paused while the ticket waits for the customer.',
    'Dated by creation, so the latest days are still being decided: the default period ends with the last day whose tickets all are.',
    'A half whose data no source delivers is not measured; the other half decides alone.',
    'Open tickets are judged by the clock, also past the moment the data reaches.',
  ],
  examples: ['sla', 'sla 30d by team', 'sla last month priority:critical'],
  async query(reader, scope, grouping) {
    const created = await ticketSla(reader, scope, grouping);
    return mergeGroups([...created, ...(await ticketsDecided(reader, scope, grouping))]);
  },
  lacks: (sums) => lacksSla(sums, ''),
  measure(sums) {
    const measured = measureSla(sums, '');
    const decidedMet = sums.counts.decided_met ?? 0;
    const decided = decidedMet + (sums.counts.decided_missed ?? 0);
    return { ...measured, parts: { ...measured.parts, decided, decided_met: decidedMet } };
  },
  attention: breachingSoon,
};
