import { chatDaily } from '../../rollups/chat-daily.ts';
import { conversationDaily } from '../../rollups/conversation-daily.ts';
import { conversationCaveat, engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { conversationsAndActive } from './query.ts';

export const conversations: Kpi = {
  ...engagement,
  id: 'conversations',
  title: 'Conversations',
  question: 'How many conversations began?',
  formula:
    'Distinct conversations that began in the period, inbound or outbound by their first message. Active: chats with any message on a day, once per direction and day.',
  kind: 'flow',
  unit: 'count',
  better: 'neither',
  dimensions: ['channel', 'status', 'account', 'team', 'operator'],
  parts: {
    inbound: { title: 'Begun by contacts', unit: 'count' },
    outbound: { title: 'Begun by us', unit: 'count' },
    active: { title: 'Active per day and direction', unit: 'count', column: 'Active', additive: false },
  },
  rollups: [conversationDaily, chatDaily],
  datedBy: conversationDaily,
  needs: 'messages or conversations',
  chart: { series: 'line', prefer: 'series', stack: ['inbound', 'outbound'] },
  caveats: [
    conversationCaveat,
    'Status, operator and team are the latest known ones. Without an operator of its own, a conversation is its first replying operator’s.',
    'Active counts a chat on every day and in every direction it has a message: over several days it counts again. It is told of the whole company only, and not by status, team or operator.',
    'A conversation of which no message is known is neither inbound nor outbound.',
  ],
  examples: ['conversations', 'conversations 30d by channel', 'conversations last month team:"Tier 1"'],
  query: conversationsAndActive,
  measure({ counts }, { days }) {
    const count = counts.conversations ?? 0;
    return {
      value: count,
      weight: count,
      parts: { inbound: counts.inbound ?? 0, outbound: counts.outbound ?? 0, active: counts.active ?? null },
      evidence: { kind: 'count', count, exposure: days },
    };
  },
};
