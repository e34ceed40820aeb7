import { ticketCreatedDaily } from '../../rollups/ticket-created-daily.ts';
import { ticketEndedDaily } from '../../rollups/ticket-ended-daily.ts';
import type { Kpi } from '../kpi.ts';
import { medianOf } from './loads.ts';
import { openByOperator, statuses } from './query.ts';

export const workload: Kpi = {
  id: 'workload',
  version: 1,
  group: 'support',
  title: 'Workload in open tickets',
  question: 'Who has how many open tickets, and is that more than others of the team have?',
  formula:
    'Tickets open at the end of the period that have an operator. Beside each operator: the median over the operators of the team, active ones without open tickets counting as 0, and how many more or fewer that is.',
  kind: 'stock',
  unit: 'count',
  // Few open tickets may be good work or idle hands: what counts is how they are spread.
  better: 'neither',
  dimensions: ['operator', 'team', 'account'],
  parts: {
    open: { title: 'Open', unit: 'count', inHeadline: true },
    team_median: { title: 'Median of the team', unit: 'count', column: 'Team median', additive: false },
    against_median: { title: 'Against the median', unit: 'count', column: 'Against it', signed: true, additive: false },
    unassigned: { title: 'Unassigned', unit: 'count', additive: false },
  },
  streams: ['ticket'],
  rollups: [ticketCreatedDaily, ticketEndedDaily],
  datedBy: ticketCreatedDaily,
  needs: 'tickets',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'area', prefer: 'series', reference: { part: 'team_median', label: 'team median' } },
  board: {
    by: 'operator',
    value: 'Open',
    columns: ['value', 'team_median', 'against_median'],
    narrow: [
      ['value', 'Open'],
      ['team_median', 'Team median'],
      ['against_median', 'Against it'],
    ],
    status: statuses,
  },
  caveats: [
    'Tickets are counted, not weighed: one may take a minute and the next one a week.',
    'The median is of the operator’s own team, as the CRM has it now; without a team there is none. Asked about the tickets of one team, only its operators are compared.',
    'Whoever may not see the whole team is not told its median. Online, away and offline are as of the last sync, and said of the present only.',
  ],
  examples: ['workload', 'workload today', 'workload team:"Tier 2"'],
  query: openByOperator,
  measure({ counts, bins }) {
    const open = counts.open ?? 0;
    const median = counts.operators === 1 ? medianOf(bins.team ?? new Map()) : null;
    return {
      value: open,
      weight: open,
      parts: {
        open,
        team_median: median,
        against_median: median === null ? null : open - median,
        unassigned: counts.unassigned ?? 0,
      },
      evidence: { kind: 'count', count: open, exposure: 1 },
    };
  },
  notes: (_measured, { counts }) =>
    (counts.withheld ?? 0) > 0 ? ['Medians of teams that you may not see as a whole are not shown.'] : [],
};
