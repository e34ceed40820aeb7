import type { Bins } from '../../domain/histogram.ts';
import { opportunityClosedDaily } from '../../rollups/opportunity-closed-daily.ts';
import { momentsOf } from '../../stats/intervals.ts';
import type { Kpi, Sums } from '../kpi.ts';
import { opportunitiesClosed } from '../opportunities-closed.ts';

/** Upper ends of the bands, in days, both ends within. */
const bands = [
  { label: '≤ 7 d', from: 0, to: 7 },
  { label: '8–30 d', from: 8, to: 30 },
  { label: '31–90 d', from: 31, to: 90 },
  { label: '91–180 d', from: 91, to: 180 },
  { label: '> 180 d', from: 181, to: Number.POSITIVE_INFINITY },
];

export const salesCycle: Kpi = {
  id: 'sales-cycle',
  version: 1,
  group: 'sales',
  title: 'Sales cycle',
  question: 'How many days does it take to win an opportunity?',
  formula:
    'Local dates from the creation of an opportunity (its engagement, where a source has no creation) to its closing, of those won in the period. The headline is the median; it is exact.',
  kind: 'flow',
  unit: 'days',
  better: 'down',
  dimensions: ['rep', 'account', 'product'],
  parts: {
    average: { title: 'Average', unit: 'days' },
    median: { title: 'Median', unit: 'days', inHeadline: true },
    p90: { title: '90 % within', unit: 'days' },
    count: { title: 'Won', unit: 'count' },
    not_measured: { title: 'Without a start', unit: 'count' },
  },
  streams: ['opportunity'],
  rollups: [opportunityClosedDaily],
  datedBy: opportunityClosedDaily,
  needs: 'won opportunities with a start',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Leadership',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Of won opportunities only: lost and open ones may take longer.',
    'One that is closed on the day of its creation took 0 days; one without a start, or closed before it, is a part of its own and not measured.',
  ],
  examples: ['sales-cycle', 'sales-cycle last quarter by rep', 'sales-cycle ytd by product'],
  query: opportunitiesClosed,
  lacks: (sums) => daysOf(sums).size === 0 && (sums.bins.days?.size ?? 0) > 0,
  measure(sums) {
    const days = daysOf(sums);
    const moments = momentsOf(days);
    const median = rankOf(days, 0.5);
    return {
      value: median,
      weight: moments.n,
      parts: {
        average: moments.n === 0 ? null : moments.sum / moments.n,
        median,
        p90: rankOf(days, 0.9),
        count: moments.n,
        not_measured: sums.bins.days?.get(-1) ?? 0,
      },
      evidence: { kind: 'mean', ...moments },
    };
  },
  distribution: (sums) => ({
    title: 'Won opportunities by days taken',
    bands: bands.map(({ label, from, to }) => ({
      label,
      count: [...daysOf(sums)].reduce((count, [days, n]) => (from <= days && days <= to ? count + n : count), 0),
    })),
  }),
};

/** How many took how many days, where that is known. */
function daysOf({ bins }: Sums): Bins {
  return new Map([...(bins.days ?? [])].filter(([days]) => days >= 0));
}

/** The number of days that a share `q` of them did not exceed; halfway between two where it falls between them. */
function rankOf(days: Bins, q: number): number | null {
  const sorted = [...days].sort(([a], [b]) => a - b);
  const n = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (n === 0) return null;
  const at = (rank: number): number => {
    let below = 0;
    for (const [value, count] of sorted) {
      below += count;
      if (rank < below) return value;
    }
    return sorted.at(-1)![0];
  };
  const rank = q * (n - 1);
  return (at(Math.floor(rank)) + at(Math.ceil(rank))) / 2;
}
