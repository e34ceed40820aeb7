import type { campaignMetrics } from '../../../config/alerts.ts';
import { wilson } from '../../../stats/intervals.ts';
import { type Cases, predict } from '../../../stats/predictive.ts';

export type CampaignMetric = (typeof campaignMetrics)[number];

/** What became of a campaign up to some age; null: the source does not say. */
export interface Counters {
  recipients: number | null;
  delivered: number | null;
  read: number | null;
  replied: number | null;
  failed: number | null;
}

export interface Marks {
  metrics: readonly CampaignMetric[];
  targets: { readonly [Metric in CampaignMetric]?: number | undefined };
  least_delivered: number;
}

/** A share that is worse than its target, or than what is usual, by more than chance explains. */
export interface Verdict {
  metric: CampaignMetric;
  /** As people read it: of failure those that failed. */
  count: number;
  of: number;
  share: number;
  /** Null where it is not beyond it, or there is none. */
  target: number | null;
  usual: number | null;
}

/**
 * The chance of a false alarm that each metric is granted; together 0.9 % for a campaign (Bonferroni with weights fixed
 * beforehand, Rosenthal and Rubin 1983), so that 1 % holds with a margin for what the prediction only supposes. Replies are
 * the fewest, so a change of them is the hardest to tell from chance: they have most of it.
 */
const alphas: Readonly<Record<CampaignMetric, number>> = {
  reply: 0.0081,
  read: 0.0003,
  delivery: 0.0003,
  failure: 0.0003,
};
const together = 0.009;

/** A history smaller than this says nothing of what is usual. */
const fewestCampaigns = 3;
const fewestCases = 500;

/** A difference smaller than this share of the usual one (or of its rest, where that is smaller) is not worth telling. */
const immaterial = 0.1;

/**
 * What is worse of a campaign than it should be. Pure. Against a target: the whole 95 % interval (Wilson) is beyond it.
 * Against other campaigns at the same age: so little is less likely than the metric's alpha, see `predict`.
 */
export function judge(campaign: Counters, history: readonly Counters[], marks: Marks): Verdict[] {
  const granted = together / marks.metrics.reduce((sum, metric) => sum + alphas[metric], 0);
  return marks.metrics.flatMap((metric) => {
    const good = goodCases(campaign, metric);
    if (!good || good.n < marks.least_delivered) return [];
    const target = marks.targets[metric];
    const isBelowTarget = target !== undefined && wilson(good.successes, good.n).high < goodShare(metric, target);
    const usual = usualOf(history, metric);
    const below = usual && isBelowUsual(good, usual, alphas[metric] * granted);
    if (!isBelowTarget && !below) return [];
    const count = metric === 'failure' ? good.n - good.successes : good.successes;
    return {
      ...{ metric, count, of: good.n, share: count / good.n },
      target: isBelowTarget ? target : null,
      usual: below ? goodShare(metric, below.usual) : null,
    };
  });
}

/** Whether there are enough other campaigns to know what is usual of anything. */
export function isEnough(history: readonly Counters[], metrics: readonly CampaignMetric[]): boolean {
  return metrics.every((metric) => usualOf(history, metric) !== null);
}

function isBelowUsual(good: Cases, history: readonly Cases[], alpha: number): { usual: number } | null {
  const share = good.successes / good.n;
  const sum = (of: (one: Cases) => number) => history.reduce((total, one) => total + of(one), 0);
  // Far quicker than the whole prediction, and most campaigns are as usual.
  if (share >= sum((one) => one.successes) / sum((one) => one.n)) return null;
  const { usual, chance } = predict(history, good);
  const isMaterial = usual - share >= immaterial * Math.min(usual, 1 - usual);
  return chance < alpha && isMaterial ? { usual } : null;
}

/** A share as the part that went well, and back. */
function goodShare(metric: CampaignMetric, share: number): number {
  return metric === 'failure' ? 1 - share : share;
}

function usualOf(history: readonly Counters[], metric: CampaignMetric): Cases[] | null {
  const known = history.flatMap((one) => goodCases(one, metric) ?? []);
  const cases = known.reduce((sum, { n }) => sum + n, 0);
  return known.length >= fewestCampaigns && cases >= fewestCases ? known : null;
}

/** What went well, of how many; counters of a source that disagree are cut to what is possible. */
function goodCases({ recipients, delivered, read, replied, failed }: Counters, metric: CampaignMetric): Cases | null {
  const [good, n] = {
    delivery: [delivered, recipients],
    read: [read, delivered],
    reply: [replied, delivered],
    failure: [recipients === null || failed === null ? null : recipients - failed, recipients],
  }[metric] as [number | null, number | null];
  if (good === null || n === null || n <= 0) return null;
  return { successes: Math.max(0, Math.min(good, n)), n };
}
