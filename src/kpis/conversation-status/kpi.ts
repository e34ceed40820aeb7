import { conversationDaily } from '../../rollups/conversation-daily.ts';
import { conversationsBegun } from '../conversations-begun.ts';
import { conversationCaveat, engagement } from '../engagement.ts';
import type { Kpi, Sums } from '../kpi.ts';

const statuses = [
  { name: 'unhandled', label: 'Unhandled' },
  { name: 'handled', label: 'Handled' },
  { name: 'resolved', label: 'Resolved' },
] as const;

const countOf = ({ counts }: Sums, name: string) => counts[name] ?? 0;
const known = (sums: Sums) => statuses.reduce((sum, { name }) => sum + countOf(sums, name), 0);

export const conversationStatus: Kpi = {
  ...engagement,
  id: 'conversation-status',
  title: 'Conversation status',
  question: 'How many of the conversations are resolved, handled, or not handled yet?',
  formula: 'Resolved conversations / conversations with a status, of those that began in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['channel', 'account', 'team'],
  parts: {
    ...Object.fromEntries(statuses.map(({ name, label }) => [name, { title: label, unit: 'count' as const }])),
    not_measured: { title: 'Without a status', unit: 'count' },
  },
  rollups: [conversationDaily],
  datedBy: conversationDaily,
  needs: 'status of conversations',
  chart: {
    series: 'line',
    prefer: 'distribution',
    rows: 'doughnut',
    stack: statuses.map(({ name }) => name),
  },
  caveats: [
    'The status is the latest one the source told: conversations of the last days have had less time to be resolved.',
    'A source that gives only messages gives no status; its conversations are not measured.',
    conversationCaveat,
  ],
  examples: ['conversation-status', 'conversation-status 30d by team', 'conversation-status last month'],
  query: conversationsBegun,
  measure(sums) {
    const n = known(sums);
    const resolved = countOf(sums, 'resolved');
    return {
      value: n === 0 ? null : resolved / n,
      numerator: resolved,
      denominator: n,
      weight: n,
      parts: {
        ...Object.fromEntries(statuses.map(({ name }) => [name, countOf(sums, name)])),
        not_measured: countOf(sums, 'conversations') - n,
      },
      evidence: { kind: 'ratio', successes: resolved, n },
    };
  },
  distribution: (sums) => ({
    title: 'Conversations by status',
    bands: statuses.map(({ name, label }) => ({ label, count: countOf(sums, name) })),
  }),
  lacks: (sums) => countOf(sums, 'conversations') > 0 && known(sums) === 0,
};
