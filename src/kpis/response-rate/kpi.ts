import { conversationDaily } from '../../rollups/conversation-daily.ts';
import { conversationsBegun } from '../conversations-begun.ts';
import { assumedNote, conversationCaveat, engagement, senderCaveat } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';

export const responseRate: Kpi = {
  ...engagement,
  id: 'response-rate',
  title: 'Response rate',
  question: 'How many of those who write to us get a reply from a person within a day?',
  formula:
    'Inbound conversations with a reply of a person within 24 hours of their start / inbound conversations that began in the period, but those for which there is still time.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['channel', 'team', 'operator'],
  parts: {
    pending: { title: 'Not decided yet', unit: 'count' },
    unanswered: { title: 'Not replied to in time', unit: 'count' },
  },
  rollups: [conversationDaily],
  datedBy: conversationDaily,
  needs: 'inbound messages',
  maturesAfterDays: 1,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    conversationCaveat,
    senderCaveat,
    'A conversation that needs no reply ("thank you") counts as one that got none.',
    'By operator it says who has the conversation, or gave its first reply: what nobody replied to may belong to no operator.',
  ],
  examples: ['response-rate', 'response-rate 30d by channel', 'response-rate last month team:"Tier 1"'],
  query: conversationsBegun,
  measure({ counts }) {
    const { inbound = 0, replied = 0, pending = 0 } = counts;
    const decided = inbound - pending;
    return {
      value: decided === 0 ? null : replied / decided,
      numerator: replied,
      denominator: decided,
      weight: decided,
      parts: { pending, unanswered: decided - replied },
      evidence: { kind: 'ratio', successes: replied, n: decided },
    };
  },
  lacks: ({ counts }) => (counts.conversations ?? 0) > 0 && (counts.inbound ?? 0) + (counts.outbound ?? 0) === 0,
  notes: (_measured, { counts }) => assumedNote(counts.assumed ?? 0, counts.replied ?? 0),
};
