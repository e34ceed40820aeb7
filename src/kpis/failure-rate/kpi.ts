import { campaignCaveats, campaignCounters, campaignKpi, measureShare } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';

export const failureRate: Kpi = {
  ...campaignKpi,
  id: 'failure-rate',
  title: 'Failure rate',
  question: 'How much of what campaigns sent failed?',
  formula: 'Failed / recipients, of the campaigns sent in the period.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'down',
  dimensions: ['campaign', 'template', 'account'],
  parts: {
    failed: { title: 'Failed', unit: 'count', inHeadline: true },
    recipients: { title: 'Recipients', unit: 'count', inHeadline: true },
    campaigns: { title: 'Campaigns', unit: 'count' },
  },
  maturesAfterDays: 1,
  chart: { series: 'line', prefer: 'breakdown' },
  defaultBy: 'campaign',
  caveats: [...campaignCaveats],
  examples: ['failure-rate', 'failure-rate 30d by template', 'failure-rate 90d by campaign'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'failed', 'recipients', {
      failed: sums.counts.failed ?? 0,
      recipients: sums.counts.recipients ?? 0,
      campaigns: sums.counts.reported ?? 0,
    }),
};
