import { formatNumber } from '../../domain/format.ts';
import { opportunityClosedDaily } from '../../rollups/opportunity-closed-daily.ts';
import type { Kpi } from '../kpi.ts';
import { opportunitiesClosed } from '../opportunities-closed.ts';

export const revenueWon: Kpi = {
  id: 'revenue-won',
  version: 1,
  group: 'sales',
  title: 'Revenue won',
  question: 'What are the opportunities worth that were won?',
  formula: 'Sum of the amounts of won opportunities, by the date they were closed on.',
  kind: 'flow',
  unit: 'money',
  better: 'up',
  dimensions: ['rep', 'account', 'product'],
  parts: {
    won: { title: 'Won', unit: 'count' },
    average: { title: 'Average amount', unit: 'money', additive: false },
  },
  streams: ['opportunity'],
  rollups: [opportunityClosedDaily],
  datedBy: opportunityClosedDaily,
  needs: 'amounts of won opportunities',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Leadership',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'bar', prefer: 'series' },
  caveats: [
    'The amount the CRM has on the opportunity, in the tenant’s currency: nothing is converted, and nothing is said of what was paid.',
    'Dated by the closing: a won opportunity without a closing date has no day and does not count.',
    'An opportunity without an account of its own counts for that of its lead.',
  ],
  examples: ['revenue-won', 'revenue-won last month by rep', 'revenue-won ytd by product vs year'],
  query: opportunitiesClosed,
  lacks: ({ counts }) => (counts.with_amount ?? 0) === 0,
  measure({ counts }, { days }) {
    const won = counts.won ?? 0;
    const priced = counts.with_amount ?? 0;
    const amount = counts.amount ?? 0;
    return {
      // Won, but nobody says for how much: that is not 0.
      value: won > 0 && priced === 0 ? null : amount,
      // Opportunities of no amount are won all the same, at the end of every list.
      weight: amount > 0 ? amount : Math.min(priced, 1) / 1e6,
      parts: { won, average: priced === 0 ? null : amount / priced },
      evidence: { kind: 'amount', amount, exposure: days },
    };
  },
  notes(_measured, { counts }) {
    const missing = (counts.won ?? 0) - (counts.with_amount ?? 0);
    return missing > 0 && (counts.with_amount ?? 0) > 0
      ? [
          `${formatNumber(missing)} of ${formatNumber(counts.won ?? 0)} won opportunities have no amount and add nothing.`,
        ]
      : [];
  },
};
