import { opportunityClosedDaily } from '../../rollups/opportunity-closed-daily.ts';
import type { Kpi } from '../kpi.ts';
import { opportunitiesClosed } from '../opportunities-closed.ts';

export const winRate: Kpi = {
  id: 'win-rate',
  version: 1,
  group: 'sales',
  title: 'Win rate',
  question: 'How many of the opportunities that were closed were won?',
  formula: 'Opportunities won / (won + lost), by the date they were closed on. Open ones do not count.',
  kind: 'flow',
  unit: 'ratio',
  better: 'up',
  dimensions: ['rep', 'account', 'product'],
  parts: {
    won: { title: 'Won', unit: 'count' },
    lost: { title: 'Lost', unit: 'count' },
  },
  streams: ['opportunity'],
  rollups: [opportunityClosedDaily],
  datedBy: opportunityClosedDaily,
  needs: 'closed opportunities',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Leadership',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Of opportunities, never of leads: where a source has no opportunities, or no lost ones, this says nothing or too much.',
    'Dated by the closing: a won opportunity without a closing date has no day and does not count.',
    'An opportunity without an account of its own counts for that of its lead.',
  ],
  examples: ['win-rate', 'win-rate last quarter by rep', 'win-rate ytd by product vs year'],
  query: opportunitiesClosed,
  measure({ counts }) {
    const won = counts.won ?? 0;
    const lost = counts.lost ?? 0;
    const closed = won + lost;
    return {
      value: closed === 0 ? null : won / closed,
      numerator: won,
      denominator: closed,
      weight: closed,
      parts: { won, lost },
      evidence: { kind: 'ratio', successes: won, n: closed },
    };
  },
};
