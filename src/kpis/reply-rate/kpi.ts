import { campaignCaveats, campaignCounters, campaignKpi, measureShare } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';

export const replyRate: Kpi = {
  ...campaignKpi,
  id: 'reply-rate',
  title: 'Reply rate',
  question: 'How many of those a campaign reached answered?',
  formula: 'Replied / delivered, of the campaigns sent in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['campaign', 'template', 'account'],
  parts: {
    replied: { title: 'Replied', unit: 'count', inHeadline: true },
    delivered: { title: 'Delivered', unit: 'count', inHeadline: true },
    campaigns: { title: 'Campaigns', unit: 'count' },
  },
  maturesAfterDays: 2,
  chart: { series: 'line', prefer: 'breakdown' },
  defaultBy: 'campaign',
  caveats: [...campaignCaveats],
  examples: ['reply-rate', 'reply-rate 30d by template', 'reply-rate 90d by campaign'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'replied', 'delivered', {
      replied: sums.counts.replied ?? 0,
      delivered: sums.counts.delivered ?? 0,
      campaigns: sums.counts.reported ?? 0,
    }),
};
