import { campaignCaveats, campaignCounters, campaignKpi, measureShare } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';

const stages = [
  { key: 'recipients', label: 'Sent' },
  { key: 'delivered', label: 'Delivered' },
  { key: 'read', label: 'Read' },
  { key: 'replied', label: 'Replied' },
] as const;

export const campaignFunnel: Kpi = {
  ...campaignKpi,
  id: 'campaign-funnel',
  title: 'Campaign funnel',
  question: 'Where do campaigns lose people between sending and reply?',
  formula:
    'Replied / sent, of the campaigns sent in the period; beside it what was sent, delivered, read and replied to.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['campaign', 'template', 'account'],
  parts: {
    sent: { title: 'Sent', unit: 'count', inHeadline: true },
    delivered: { title: 'Delivered', unit: 'count' },
    read: { title: 'Read', unit: 'count' },
    replied: { title: 'Replied', unit: 'count', inHeadline: true },
  },
  maturesAfterDays: 2,
  chart: { series: 'line', prefer: 'funnel' },
  caveats: [
    ...campaignCaveats,
    'A reply from somebody whose settings hide that they have read counts as replied and not as read.',
  ],
  examples: ['campaign-funnel', 'campaign-funnel 30d', 'campaign-funnel 90d by template'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'replied', 'recipients', {
      sent: sums.counts.recipients ?? 0,
      delivered: sums.counts.delivered ?? 0,
      read: sums.counts.read ?? 0,
      replied: sums.counts.replied ?? 0,
    }),
  funnel: ({ counts }) => ({
    title: 'From sending to reply',
    stages: stages.map(({ key, label }) => ({ key, label, count: counts[key] ?? 0 })),
  }),
};
