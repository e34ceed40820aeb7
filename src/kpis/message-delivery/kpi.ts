import { messageDaily } from '../../rollups/message-daily.ts';
import { engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { messagesSent } from '../messages-sent.ts';
import { failedMessages } from './failed.ts';

const stages = [
  { key: 'sent', label: 'Sent' },
  { key: 'delivered', label: 'Delivered' },
  { key: 'read', label: 'Read' },
] as const;

export const messageDelivery: Kpi = {
  ...engagement,
  id: 'message-delivery',
  title: 'Message delivery',
  question: 'Do our messages arrive?',
  formula: 'Outbound messages that were delivered or read / outbound messages sent in the period.',
  kind: 'flow',
  unit: 'ratio',
  better: 'up',
  audience: 'supervisors',
  dimensions: ['channel', 'account', 'type'],
  parts: {
    sent: { title: 'Sent', unit: 'count' },
    delivered: { title: 'Delivered', unit: 'count', inHeadline: true },
    read: { title: 'Read', unit: 'count' },
    failed: { title: 'Failed', unit: 'count' },
    not_measured: { title: 'Not measured', unit: 'count' },
  },
  rollups: [messageDaily],
  datedBy: messageDaily,
  needs: 'delivery status of messages',
  chart: { series: 'line', prefer: 'funnel' },
  caveats: [
    'Sent are all that the source tells a status of, failed ones too; delivered includes read. A message without a status is not measured.',
    'The status is the latest one the source told: messages of the last hours may still be on their way, and the past is not known by its status of then.',
    'Some channels never say that a message was read.',
  ],
  examples: ['message-delivery', 'message-delivery 30d by channel', 'message-delivery yesterday table'],
  query: messagesSent,
  measure({ counts }) {
    const { sent = 0, delivered = 0, read = 0, failed = 0, outbound = 0 } = counts;
    return {
      value: sent === 0 ? null : delivered / sent,
      numerator: delivered,
      denominator: sent,
      weight: sent,
      parts: { sent, delivered, read, failed, not_measured: outbound - sent },
      evidence: { kind: 'ratio', successes: delivered, n: sent },
    };
  },
  lacks: ({ counts }) => (counts.outbound ?? 0) > 0 && (counts.sent ?? 0) === 0,
  funnel: ({ counts }) => ({
    title: 'From sending to reading',
    stages: stages.map(({ key, label }) => ({ key, label, count: counts[key] ?? 0 })),
  }),
  records: failedMessages,
};
