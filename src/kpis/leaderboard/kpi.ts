import { quantile } from '../../domain/histogram.ts';
import { surveyDaily } from '../../rollups/survey-daily.ts';
import { ticketAnsweredDaily } from '../../rollups/ticket-answered-daily.ts';
import { ticketResolvedDaily } from '../../rollups/ticket-resolved-daily.ts';
import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { momentsOf } from '../../stats/intervals.ts';
import type { Kpi, Sums } from '../kpi.ts';
import { scoresOf } from '../survey-answers.ts';
import { measureSla } from '../ticket-sla.ts';
import { operatorRecords } from './query.ts';

export const leaderboard: Kpi = {
  id: 'leaderboard',
  version: 1,
  group: 'support',
  title: 'Leaderboard by resolution rate',
  question: 'How does each operator do: resolved, response times, SLA, satisfaction?',
  formula:
    'Tickets resolved by now / tickets assigned, of those created in the period that have an operator. Operators with 10 tickets or more are ranked by it, equal rates by SLA; the others follow without a rank.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['operator', 'team', 'account'],
  parts: {
    assigned: { title: 'Assigned', unit: 'count', inHeadline: true },
    resolved: { title: 'Resolved', unit: 'count', inHeadline: true },
    first_response: { title: 'First response (median)', unit: 'duration', column: 'First response' },
    resolution: { title: 'Resolution (median)', unit: 'duration', column: 'Resolution' },
    sla: { title: 'SLA met', unit: 'ratio', column: 'SLA' },
    csat: { title: 'CSAT', unit: 'score', outOf: 5 },
  },
  streams: ['ticket'],
  rollups: [ticketSlaDaily, ticketAnsweredDaily, ticketResolvedDaily, surveyDaily],
  datedBy: ticketSlaDaily,
  needs: 'resolution times',
  maturesAfterDays: 'longest-target',
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: null,
  board: {
    by: 'operator',
    value: 'Resolution rate',
    columns: ['assigned', 'resolved', 'value', 'first_response', 'resolution', 'sla', 'csat'],
    narrow: [
      ['value', 'Resolved'],
      ['first_response', 'First response'],
      ['resolution', 'Resolution'],
      ['sla', 'SLA'],
      ['csat', 'CSAT'],
    ],
    ranked: { fewest: 10, tie: 'sla' },
  },
  caveats: [
    'A ticket is the operator’s who has it now, whoever had it before. Tickets that nobody has are in no row; a note counts them.',
    'First response and SLA are of the tickets created in the period; resolution of those resolved in it; CSAT of the answers given in it.',
    'A ticket closed without a resolution counts as assigned and not as resolved.',
    'It ranks what was finished, not how hard it was: operators with other kinds of tickets are not alike.',
  ],
  examples: ['leaderboard', 'leaderboard 30d', 'leaderboard last month team:"Tier 2"'],
  query: operatorRecords,
  totalHasMore: true,
  lacks: ({ counts }) => (counts.tickets ?? 0) > 0 && (counts.resolvable ?? 0) === 0,
  measure(sums) {
    const assigned = sums.counts.tickets ?? 0;
    // Of a source that tells of no resolutions, an unresolved ticket says nothing.
    const resolvable = sums.counts.resolvable ?? 0;
    const resolved = sums.counts.resolved ?? 0;
    return {
      value: resolvable === 0 ? null : resolved / resolvable,
      numerator: resolved,
      denominator: resolvable,
      weight: resolvable,
      parts: {
        assigned,
        resolved: resolvable === 0 && assigned > 0 ? null : resolved,
        first_response: medianOf(sums, 'first_response'),
        resolution: medianOf(sums, 'resolution'),
        sla: measureSla(sums, '').value as number | null,
        csat: averageScore(sums),
      },
      evidence: { kind: 'ratio', successes: resolved, n: resolvable },
    };
  },
  notes({ parts }, { counts }) {
    const unassigned = counts.unassigned ?? 0;
    return [
      ...(unassigned > 0 ? [`${unassigned} ${unassigned === 1 ? 'ticket' : 'tickets'} unassigned.`] : []),
      ...(parts.first_response === null && parts.resolution === null
        ? []
        : ['Medians are within 1 % of the exact ones.']),
    ];
  },
};

function medianOf({ bins }: Sums, name: string): number | null {
  return quantile(bins[name] ?? new Map(), 0.5);
}

function averageScore(sums: Sums): number | null {
  const { n, sum } = momentsOf(scoresOf(sums));
  return n === 0 ? null : sum / n;
}
