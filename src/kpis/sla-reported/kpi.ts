import { formatNumber } from '../../domain/format.ts';
import { ticketCreatedDaily } from '../../rollups/ticket-created-daily.ts';
import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { slaDimensions } from '../dimensions.ts';
import { type Kpi, mergeGroups } from '../kpi.ts';
import { ticketSlaReports } from '../ticket-sla.ts';
import { ticketsCreated } from '../tickets-created.ts';
import { disagreements } from './disagreements.ts';

export const slaReported: Kpi = {
  id: 'sla-reported',
  version: 1,
  group: 'support',
  title: 'SLA met, as the CRM reports it',
  question: 'On how many tickets does the CRM say that the SLA was met?',
  formula:
    'Tickets whose SLA flag is true / tickets whose flag is true or false. Tickets without a flag are a part, never in the denominator.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: slaDimensions,
  parts: { unflagged: { title: 'Tickets without a flag', unit: 'count' } },
  streams: ['ticket'],
  rollups: [ticketCreatedDaily, ticketSlaDaily],
  datedBy: ticketCreatedDaily,
  needs: 'SLA flags',
  maturesAfterDays: 0,
  target: 0.9,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    "The flag is the CRM's own verdict, not a measurement against a policy: that is `sla`. A note counts where they disagree, a table lists those tickets.",
    'Dated by creation: tickets of recent days may still change their flag.',
  ],
  examples: ['sla-reported', 'sla-reported 30d by priority', 'sla-reported last month team:"Tier 2" vs year'],
  async query(reader, scope, grouping) {
    const flags = await ticketsCreated(reader, scope, grouping);
    return mergeGroups([...flags, ...(await ticketSlaReports(reader, scope, grouping))]);
  },
  lacks: ({ counts }) => (counts.sla_unflagged ?? 0) > 0 && (counts.sla_met ?? 0) + (counts.sla_missed ?? 0) === 0,
  measure(sums) {
    const met = sums.counts.sla_met ?? 0;
    const flagged = met + (sums.counts.sla_missed ?? 0);
    return {
      value: flagged === 0 ? null : met / flagged,
      numerator: met,
      denominator: flagged,
      weight: flagged,
      parts: { unflagged: sums.counts.sla_unflagged ?? 0 },
      evidence: { kind: 'ratio', successes: met, n: flagged },
    };
  },
  notes(_measured, { counts }) {
    const both = counts.reported_and_decided ?? 0;
    const otherwise = counts.reported_otherwise ?? 0;
    if (both === 0) return [];
    return [
      otherwise === 0
        ? `The flag agrees with the SLA policy on all ${formatNumber(both)} tickets that both judge.`
        : `The flag disagrees with the SLA policy (\`sla\`) on ${formatNumber(otherwise)} of the ${formatNumber(both)} tickets that both judge; \`table\` lists them.`,
    ];
  },
  records: disagreements,
};
