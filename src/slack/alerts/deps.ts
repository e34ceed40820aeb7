import type { Backtest } from '../../alerts/backtest.ts';
import type { NewRule, Rule } from '../../alerts/rule.ts';
import type { Person } from '../../answers/people.ts';
import type { SubscribeDeps } from '../subscriptions/deps.ts';

/** What alerts in Slack need of the rest of the product. */
export interface Alerting {
  /** What a rule would have told in a stretch of the past. */
  past: (
    rule: NewRule,
    period: { from: Temporal.Instant; to: Temporal.Instant },
  ) => Promise<Backtest | { unknown: string }>;
  /** Somebody has acted, or a rule was made or changed: both are looked at, and told, at once. */
  onChange: () => void;
}

export interface AlertDeps extends SubscribeDeps {
  alerting: Alerting;
}

/** Whether somebody may pause, take up or end a rule: their own, or any for administrators. */
export function mayManageRule({ viewer, rights }: Person, { name, owner }: Pick<Rule, 'name' | 'owner'>): boolean {
  return rights.all || (name === null && owner === viewer);
}
