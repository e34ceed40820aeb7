import { formatDuration, formatNumber, formatPercent } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import { momentText } from '../../wording.ts';
import type { CampaignMetric, Verdict } from './judge.ts';
import type { Campaign } from './read.ts';

/** Each metric as what happened, to how many of whom, and as a noun. */
const words: Readonly<Record<CampaignMetric, { happened: string; of: string; noun: string }>> = {
  delivery: { happened: 'delivered', of: 'recipients', noun: 'delivery' },
  read: { happened: 'read', of: 'delivered', noun: 'read' },
  reply: { happened: 'replied', of: 'delivered', noun: 'reply' },
  failure: { happened: 'failed', of: 'recipients', noun: 'failure' },
};

export function nounOf(metric: CampaignMetric): string {
  return words[metric].noun;
}

export function nameOf({ name, id }: Pick<Campaign, 'name' | 'id'>): string {
  return name ?? `campaign ${id}`;
}

/** `Autumn offer: 1.4 % replied of 2,010 delivered (usual 3.1 %)`; `asOf` is said where that was told late. */
export function lineOf(
  campaign: Pick<Campaign, 'name' | 'id'>,
  { metric, share, of, target, usual }: Verdict,
  tenant: Tenant,
  asOf: Temporal.Instant | null,
): string {
  const percent = (value: number) => formatPercent(value, tenant.locale);
  const marks = [
    ...(target === null ? [] : [`target ${percent(target)}`]),
    ...(usual === null ? [] : [`usual ${percent(usual)}`]),
  ];
  const { happened, of: whom } = words[metric];
  const of_ = `${formatNumber(of, tenant.locale)} ${whom}`;
  const moment = asOf === null ? '' : `, as of ${momentText(asOf, tenant)}`;
  return `${nameOf(campaign)}: ${percent(share)} ${happened} of ${of_} (${marks.join(', ')})${moment}`;
}

/** `24 h after it was sent` */
export function ageText(seconds: number): string {
  return `${formatDuration(seconds).replace(' 00 min', '')} after it was sent`;
}
