import { messageDaily } from '../../rollups/message-daily.ts';
import { engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { messagesSent } from '../messages-sent.ts';

export const messages: Kpi = {
  ...engagement,
  id: 'messages',
  title: 'Messages',
  question: 'How many messages went back and forth?',
  formula: 'Messages sent in the period, to contacts (outbound) and by them (inbound).',
  kind: 'flow',
  unit: 'count',
  better: 'neither',
  audience: 'supervisors',
  dimensions: ['direction', 'channel', 'type', 'status', 'account'],
  parts: {
    inbound: { title: 'Inbound', unit: 'count' },
    outbound: { title: 'Outbound', unit: 'count' },
  },
  rollups: [messageDaily],
  datedBy: messageDaily,
  needs: 'messages',
  chart: { series: 'line', prefer: 'series', lines: ['inbound', 'outbound'], stack: ['inbound', 'outbound'] },
  caveats: [
    'Dated by the moment of sending. Campaign and bot messages count as outbound.',
    'The status is the latest one the source told, also for past days.',
  ],
  examples: ['messages', 'messages 30d by channel', 'messages last month direction:inbound'],
  query: messagesSent,
  measure({ counts }, { days }) {
    const [inbound, outbound] = [counts.inbound ?? 0, counts.outbound ?? 0];
    const count = inbound + outbound;
    return {
      value: count,
      weight: count,
      parts: { inbound, outbound },
      evidence: { kind: 'count', count, exposure: days },
    };
  },
};
