import { campaignCaveats, campaignCounters, campaignKpi, measureShare, shareOf } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';
import { campaignVerdicts, historyDays } from './verdicts.ts';

export const campaigns: Kpi = {
  ...campaignKpi,
  id: 'campaigns',
  title: 'Campaigns by reply rate',
  question: 'Which campaigns worked, and which fell behind the usual?',
  formula:
    'Replied / delivered of each campaign sent in the period. Campaigns with 30 deliveries or more are ranked by the lower end of the 95 % interval of that rate (Wilson), so that a lucky small one does not lead.',
  kind: 'cohort',
  unit: 'ratio',
  better: 'up',
  dimensions: ['campaign', 'status', 'template', 'account'],
  parts: {
    recipients: { title: 'Recipients', unit: 'count' },
    delivered: { title: 'Delivered', unit: 'ratio' },
    read: { title: 'Read', unit: 'ratio' },
    failed: { title: 'Failed', unit: 'ratio' },
    campaigns: { title: 'Campaigns', unit: 'count' },
  },
  maturesAfterDays: 2,
  chart: null,
  board: {
    by: 'campaign',
    value: 'Reply rate',
    columns: ['recipients', 'delivered', 'read', 'value', 'failed'],
    narrow: [
      ['recipients', 'Sent'],
      ['read', 'Read'],
      ['value', 'Replied'],
    ],
    ranked: { fewest: 30, tie: 'read', cautious: true },
    status: campaignVerdicts,
  },
  caveats: [
    ...campaignCaveats,
    `Above or below usual: against all campaigns of the same account in the ${historyDays} days before, where chance does not explain the difference.`,
  ],
  examples: ['campaigns', 'campaigns 90d', 'campaigns 30d template:promo'],
  query: campaignCounters,
  measure: (sums) =>
    measureShare(sums, 'replied', 'delivered', {
      recipients: sums.counts.recipients ?? 0,
      delivered: shareOf(sums, 'delivered', 'recipients'),
      read: shareOf(sums, 'read', 'delivered'),
      failed: shareOf(sums, 'failed', 'recipients'),
      campaigns: sums.counts.campaigns ?? 0,
    }),
};
