import { campaignCaveats, campaignCounters, campaignKpi, measureShare } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';

export const deliveryRate: Kpi = {
  ...campaignKpi,
  id: 'delivery-rate',
  title: 'Delivery rate',
  question: 'How much of what campaigns sent was delivered?',
  formula: 'Delivered / recipients, of the campaigns sent in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['campaign', 'template', 'account'],
  parts: {
    delivered: { title: 'Delivered', unit: 'count', inHeadline: true },
    recipients: { title: 'Recipients', unit: 'count', inHeadline: true },
    campaigns: { title: 'Campaigns', unit: 'count' },
  },
  maturesAfterDays: 1,
  chart: { series: 'line', prefer: 'breakdown' },
  defaultBy: 'campaign',
  caveats: [...campaignCaveats],
  examples: ['delivery-rate', 'delivery-rate 30d by template', 'delivery-rate 90d by campaign'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'delivered', 'recipients', {
      delivered: sums.counts.delivered ?? 0,
      recipients: sums.counts.recipients ?? 0,
      campaigns: sums.counts.reported ?? 0,
    }),
};
