import { conversationActiveDaily } from '../../rollups/conversation-active-daily.ts';
import { conversationDaily } from '../../rollups/conversation-daily.ts';
import { conversationCaveat, engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { activeConversations as query } from './query.ts';

export const activeConversations: Kpi = {
  ...engagement,
  id: 'active-conversations',
  title: 'Active conversations',
  question: 'How many conversations are going on?',
  formula:
    'Conversations that have not ended, with a message in the 24 hours before the moment: now, or the end of the day.',
  kind: 'stock',
  unit: 'count',
  better: 'neither',
  dimensions: ['channel', 'team'],
  parts: {},
  rollups: [conversationActiveDaily, conversationDaily],
  datedBy: conversationDaily,
  needs: 'messages',
  chart: { series: 'area', prefer: 'series' },
  caveats: [
    'A conversation ends when it is closed; resolved without a date, with its last message. One that the source opens again is open, also for the days between.',
    'Days end at local midnight: where clocks change, the last 24 hours are not the day.',
    conversationCaveat,
  ],
  examples: ['active-conversations today', 'active-conversations by team', 'active-conversations 30d'],
  dailyLevels: true,
  query,
  measure({ counts }) {
    const active = counts.active ?? 0;
    return { value: active, weight: active, parts: {}, evidence: { kind: 'count', count: active, exposure: 1 } };
  },
};
