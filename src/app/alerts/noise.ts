import { type Noise, noiseOf, overBudget } from '../../alerts/noise.ts';
import type { Rule } from '../../alerts/rule.ts';
import { channelDay, demote, noiseFigures, type TargetFigures } from '../../alerts/store/noise.ts';
import { ruleOf } from '../../alerts/store/rules.ts';
import type { Queryable } from '../../db/db.ts';
import type { Moments } from '../../deliveries/ledger.ts';
import type { Job } from '../../jobs/job.ts';
import { systemClock } from '../../lib/clock.ts';
import { demotedMessage } from '../../slack/messages/alert-notices.ts';
import { slackUserOf } from '../../subscriptions/troubles.ts';
import { lookingAfter, notify } from './undelivered.ts';

/** Looks once a day at what people did with alerts: rules that hardly anybody acts on go into the digest only, and say so. */
export const alertNoiseJob: Job = {
  id: 'alert-noise',
  title: 'Looks at what people did with alerts, and takes rules nobody acts on into the digest',
  cadence: { cron: '40 6 * * *', zone: 'tenant' },
  misfire: 'latest',
  catchUpMinutes: 24 * 60,
  maxAttempts: 3,
  timeoutMinutes: 10,
  refreshSlaMinutes: 24 * 60,
  aggregate: 'daily',
  async run({ db, tenant, clock, log, hold }) {
    const { tenantId } = tenant;
    const moments = { now: clock.now(), machine: systemClock.now() };
    const figures = new Map((await noiseFigures(db, tenantId, moments.now)).map((one) => [one.ruleId, one]));
    const demoted = new Set<number>();
    async function take(rule: Rule, noise: Noise): Promise<void> {
      const done = await db.tx(async (tx) => {
        await hold(tx);
        return demoteAndTell(tx, { rule, noise, told: figures.get(rule.ruleId)?.targets ?? [] }, moments);
      });
      if (!done) return;
      demoted.add(rule.ruleId);
      log.info({ rule: rule.name ?? rule.ruleId, ...noise }, 'an alert rule goes into the digest only');
    }
    for (const [ruleId, own] of figures) {
      const rule = await ruleOf(db, tenantId, ruleId);
      const noise = rule && noiseOf(rule, own);
      if (noise) await take(rule, noise);
    }
    for (const [, rules] of await channelDay(db, tenantId, moments.now)) {
      // What is in the digest by now is in no channel any more.
      const told = rules.filter(({ rule }) => !demoted.has(rule.ruleId));
      for (const { ruleId, noise } of overBudget(told)) {
        const rule = await ruleOf(db, tenantId, ruleId);
        if (rule) await take(rule, noise);
      }
    }
    return { counts: { rules: figures.size, demoted: demoted.size } };
  },
};

/** The places where it was told and its owner are told why, once, with how to take it back. */
async function demoteAndTell(
  tx: Queryable,
  { rule, noise, told }: { rule: Rule; noise: Noise; told: readonly TargetFigures[] },
  moments: Moments,
): Promise<boolean> {
  const { tenantId, ruleId } = rule;
  if (!(await demote(tx, tenantId, ruleId, { noise, now: moments.now }))) return false;
  const places = [...told, ...rule.policy.routes.flatMap(({ to }) => to)].filter(({ carrier }) => carrier === 'slack');
  const owner = rule.owner === null ? undefined : await slackUserOf(tx, tenantId, rule.owner);
  const own = owner === undefined ? [] : [owner];
  const recipients = [...new Set([...places.map(({ recipient }) => recipient), ...own])];
  const others = recipients.length > 0 ? recipients : await lookingAfter(tx, rule);
  const slot = `demoted rule ${ruleId} ${moments.now}`;
  await notify(tx, tenantId, others, { slot, message: demotedMessage(rule, noise) }, moments);
  return true;
}
