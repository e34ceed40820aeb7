import type { AlertKind } from '../config/alerts.ts';
import { formatNumber, formatPercent } from '../domain/format.ts';
import type { Rule, RulePolicy } from './rule.ts';

/** Alerts are judged by what people did with those of so many days. */
export const noiseDays = 30;

/** Fewer that are over say nothing; nor do fewer that nobody acted on. */
const leastJudged = 5;
const leastIgnored = 10;

/** From this share that people marked not useful, and down to this one that anybody acted on. */
const mostNotUseful = 0.5;
const leastActed = 0.1;

/** So many incidents a day in one channel, and nobody reads any of them any more. */
export const channelBudget = 20;

/** What became of the incidents of a rule, or of those told at one place: of the last `noiseDays` and over. */
export interface NoiseFigures {
  incidents: number;
  /** More people marked them not useful than useful. */
  notUseful: number;
  /** Only told where it would be seen here that somebody acts on them: PagerDuty keeps its acknowledgements to itself. */
  visible: number;
  /** Of those: acknowledged, assigned or snoozed by anybody. */
  acted: number;
}

/** Lists that come regularly: there is nothing to acknowledge. */
const lists: readonly AlertKind[] = ['churn-risk', 'high-intent'];

/** Why a rule is not worth messages of its own, and the figures that say so. */
export interface Noise {
  /** `hardly anybody acted on its alerts of the last 30 days` */
  cause: string;
  figures: string;
}

/** Why a rule is not worth messages of its own; null where it is, or too little is known. What is important always is. */
export function noiseOf(
  { kind, policy }: { kind: AlertKind; policy: Pick<RulePolicy, 'importance'> },
  { incidents, notUseful, visible, acted }: NoiseFigures,
): Noise | null {
  if (policy.importance === 'high' || incidents < leastJudged) return null;
  const actedWords = `${shareOf(acted, visible)} acknowledged, assigned or snoozed`;
  if (notUseful >= mostNotUseful * incidents)
    return {
      cause: `many of its alerts of the last ${noiseDays} days were marked not useful`,
      figures: [`${shareOf(notUseful, incidents)} marked not useful`, ...(visible > 0 ? [actedWords] : [])].join(', '),
    };
  if (lists.includes(kind) || visible < leastIgnored || acted > leastActed * visible) return null;
  return { cause: `hardly anybody acted on its alerts of the last ${noiseDays} days`, figures: actedWords };
}

/** `7 of 14 (50 %)` */
function shareOf(part: number, whole: number): string {
  return `${formatNumber(part)} of ${formatNumber(whole)} (${formatPercent(part / whole)})`;
}

/** A rule that was told in a channel, and how often on one day. */
export interface ChannelRule {
  rule: Pick<Rule, 'ruleId' | 'policy'>;
  incidents: number;
}

/**
 * Rules of low importance that give way in a channel that got more than its budget on a day: those that were told most
 * first, until the rest is within it. Each with why.
 */
export function overBudget(rules: readonly ChannelRule[]): { ruleId: number; noise: Noise }[] {
  const all = rules.reduce((sum, { incidents }) => sum + incidents, 0);
  let left = all;
  const demoted: { ruleId: number; noise: Noise }[] = [];
  const low = rules.filter(({ rule }) => rule.policy.importance === 'low');
  for (const { rule, incidents } of low.toSorted((a, b) => b.incidents - a.incidents)) {
    if (left <= channelBudget) break;
    left -= incidents;
    const cause = 'a channel of it got more alerts than anybody reads, and its importance is low';
    const figures = `${formatNumber(all)} within a day, ${channelBudget} are the budget, ${formatNumber(incidents)} were of this rule`;
    demoted.push({ ruleId: rule.ruleId, noise: { cause, figures } });
  }
  return demoted;
}
