import { campaignCaveats, campaignCounters, campaignKpi, measureShare } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';

export const readRate: Kpi = {
  ...campaignKpi,
  id: 'read-rate',
  title: 'Read rate',
  question: 'How much of what campaigns delivered was read?',
  formula: 'Read / delivered, of the campaigns sent in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['campaign', 'template', 'account'],
  parts: {
    read: { title: 'Read', unit: 'count', inHeadline: true },
    delivered: { title: 'Delivered', unit: 'count', inHeadline: true },
    campaigns: { title: 'Campaigns', unit: 'count' },
  },
  maturesAfterDays: 2,
  chart: { series: 'line', prefer: 'breakdown' },
  defaultBy: 'campaign',
  caveats: [...campaignCaveats, 'Some people’s settings hide that they have read: the true rate is higher.'],
  examples: ['read-rate', 'read-rate 30d by template', 'read-rate 90d by campaign'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'read', 'delivered', {
      read: sums.counts.read ?? 0,
      delivered: sums.counts.delivered ?? 0,
      campaigns: sums.counts.reported ?? 0,
    }),
};
