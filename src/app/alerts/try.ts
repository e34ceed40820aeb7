import type { BacktestContext } from '../../alerts/backtest.ts';
import type { Look } from '../../alerts/condition.ts';
import { roomOf } from '../../alerts/kinds/index.ts';
import type { LookContext } from '../../alerts/kinds/room.ts';
import { lateStreamsAt, looksOf } from '../../alerts/look.ts';
import { ruleFrom } from '../../alerts/policy.ts';
import type { NewRule, Rule } from '../../alerts/rule.ts';
import { rulesOf } from '../../alerts/store/rules.ts';
import type { Config } from '../../config/config.ts';
import { everything } from '../../db/viewer.ts';
import { usageError } from '../../lib/errors.ts';
import type { Session } from '../open.ts';
import { openTimes, policyContext } from './rules.ts';

/** A rule that may be tried: of crema.yaml as it is written there now, or made by hand. */
export interface TriedRule {
  /** Null for one of crema.yaml that no bot has read yet. */
  ruleId: number | null;
  rule: NewRule;
  /** As it stands in the database, where it does. */
  stored: Rule | null;
}

/** All rules, those of crema.yaml as they are in it now, then those made by hand. */
export async function triedRules({
  db,
  tenant,
  config,
}: Pick<Session, 'db' | 'tenant' | 'config'>): Promise<TriedRule[]> {
  const stored = await rulesOf(db, tenant.tenantId);
  const written = Object.entries(config.tenants[tenant.slug]?.alerts.rules ?? {}).map(([name, settings]) => {
    const known = stored.find((one) => one.name === name) ?? null;
    const rule = ruleFrom(settings, policyContext(config, tenant.slug), { name, viewer: everything });
    return { ruleId: known?.ruleId ?? null, rule, stored: known };
  });
  const byHand = stored.filter(({ name }) => name === null);
  return [
    ...written,
    ...byHand.map((known) => {
      const { settings, policy, viewer, owner, topics } = known;
      const { gapSeconds } = roomOf(settings.kind);
      const rule = { settings, policy, viewer, topics, gapSeconds, ...(owner === null ? {} : { owner }) };
      return { ruleId: known.ruleId, rule, stored: known };
    }),
  ];
}

/** The rule of a name or number. Throws a usage error where there is none. */
export function triedRule(rules: readonly TriedRule[], text: string): TriedRule {
  const number = text.replace(/^#/, '');
  const found = rules.find(({ rule, ruleId }) => rule.name === text || String(ruleId) === number);
  if (found) return found;
  throw usageError('ALERT_UNKNOWN', `there is no alert rule "${text}"`, 'List them: crema alerts rules');
}

/** What rooms look with, now. */
export async function lookContext(
  { db, tenant, config, terms }: Pick<Session, 'db' | 'tenant' | 'config' | 'terms'>,
  now: Temporal.Instant,
  log: LookContext['log'],
): Promise<BacktestContext> {
  const lateStreams = await lateStreamsAt(db, tenant.tenantId, now);
  return {
    ...{ db, tenant, now, terms, log, lateStreams, settings: kpiSettings(config) },
    calendar: openTimes(config, tenant.slug),
  };
}

function kpiSettings({ kpis }: Config): LookContext['settings'] {
  return { ...kpis };
}

/** What each rule sees now, in the order of the list. Writes nothing. */
export async function lookNow(rules: readonly TriedRule[], context: LookContext): Promise<Look[]> {
  const looked = rules.map(({ rule, stored }, index) => ({
    ...{
      tenantId: context.tenant.tenantId,
      ruleId: idOf(rules[index]!, index),
      name: rule.name ?? null,
      kind: rule.settings.kind,
    },
    ...{ settings: rule.settings, policy: rule.policy, viewer: rule.viewer, owner: rule.owner ?? null },
    ...{
      state: 'active' as const,
      stateReason: null,
      createdAt: stored?.createdAt ?? context.now,
      topics: rule.topics,
    },
    ...{ nextLookAt: context.now, lookedAt: null, health: 'new' as const, healthReason: null, healthSince: null },
    ...{ memory: stored?.memory ?? {}, demotedAt: null, changed: true },
  }));
  const looks = await looksOf(context, looked);
  return rules.map((rule, index) => looks.get(idOf(rule, index))!);
}

/** One that is not in the database yet has a number that nothing there has. */
function idOf({ ruleId }: TriedRule, index: number): number {
  return ruleId ?? -1 - index;
}
