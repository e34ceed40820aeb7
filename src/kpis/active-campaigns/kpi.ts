import { campaignKpi, shareOf } from '../campaign-counters.ts';
import type { Kpi } from '../kpi.ts';
import { activeCampaigns as runningCampaigns } from './query.ts';

const { lacks: _reports, ...shared } = campaignKpi;

export const activeCampaigns: Kpi = {
  ...shared,
  id: 'active-campaigns',
  title: 'Campaigns running',
  question: 'Which campaigns are being sent now, and how far are they?',
  formula:
    'Campaigns whose status is active or in progress at the end of the period (now, where it has not ended); beside each what its latest report says.',
  kind: 'stock',
  unit: 'count',
  better: 'neither',
  dimensions: ['campaign', 'status', 'template', 'account'],
  parts: {
    recipients: { title: 'Recipients', unit: 'count' },
    delivered: { title: 'Delivered', unit: 'ratio', additive: false },
    read: { title: 'Read', unit: 'ratio', additive: false },
    replied: { title: 'Replied', unit: 'ratio', additive: false },
  },
  needs: 'campaigns',
  maturesAfterDays: 0,
  chart: null,
  board: {
    by: 'campaign',
    value: 'Running',
    columns: ['recipients', 'delivered', 'read', 'replied'],
    narrow: [
      ['recipients', 'Sent to'],
      ['delivered', 'Delivered'],
      ['read', 'Read'],
      ['replied', 'Replied'],
    ],
  },
  caveats: [
    'A past day has the status a campaign had then as far as its changes were seen: of before the first sync only the latest status is known.',
    'Delivered is of the recipients, read and replied are of what was delivered, each as of the latest report.',
  ],
  examples: ['active-campaigns', 'active-campaigns today', 'active-campaigns by template'],
  query: runningCampaigns,
  measure(sums) {
    const count = sums.counts.campaigns ?? 0;
    return {
      value: count,
      weight: count,
      parts: {
        recipients: sums.counts.recipients ?? 0,
        // Where no report has come nothing is known yet.
        delivered: shareOf(sums, 'delivered', 'reported'),
        read: shareOf(sums, 'read', 'delivered'),
        replied: shareOf(sums, 'replied', 'delivered'),
      },
      evidence: { kind: 'count', count, exposure: 1 },
    };
  },
};
