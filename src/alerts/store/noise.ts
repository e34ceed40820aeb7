import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { type ChannelRule, type Noise, type NoiseFigures, noiseDays } from '../noise.ts';
import type { Rule, Target } from '../rule.ts';

export interface TargetFigures extends NoiseFigures, Target {}

/** What became of a rule's incidents, in all and by where they were told. */
export interface RuleFigures extends NoiseFigures {
  ruleId: number;
  targets: readonly TargetFigures[];
}

const hours = noiseDays * 24;

/** Of rules whose incidents are told, as of now; what came before somebody took a rule out of the digest does not count. */
export function noiseFigures(db: Queryable, tenantId: number, now: Temporal.Instant): Promise<RuleFigures[]> {
  return db.query<RuleFigures>(sql`
    with told as (
      select i.rule_id, i.incident_id,
        (select count(*) filter (where not o.useful) > count(*) filter (where o.useful)
          from ops.alert_opinions o where o.tenant_id = i.tenant_id and o.incident_id = i.incident_id) as not_useful,
        i.acknowledged_at is not null or i.assigned_to is not null or exists (
          select from ops.alert_history h
          where h.tenant_id = i.tenant_id and h.incident_id = i.incident_id and h.person is not null
            and h.kind in ('acknowledged', 'assigned', 'snoozed')) as acted,
        not exists (
          select from ops.alert_posts p
          where p.tenant_id = i.tenant_id and p.incident_id = i.incident_id and p.carrier <> 'slack') as visible
      from ops.alert_incidents i
      join ops.alert_rules r on r.tenant_id = i.tenant_id and r.rule_id = i.rule_id
      where i.tenant_id = ${tenantId} and i.state = 'resolved' and i.announced_at <= ${now.toString()}::timestamptz
        and i.announced_at > greatest(${now.subtract({ hours }).toString()}::timestamptz, r.promoted_at)
        and r.state = 'active' and r.demoted_at is null
        and exists (select from ops.alert_posts p where p.tenant_id = i.tenant_id and p.incident_id = i.incident_id)
    ), targets as (
      select t.rule_id, p.carrier, p.recipient, count(*)::int as incidents,
        (count(*) filter (where t.not_useful))::int as "notUseful", (count(*) filter (where t.visible))::int as visible,
        (count(*) filter (where t.visible and t.acted))::int as acted
      from told t
      join ops.alert_posts p on p.tenant_id = ${tenantId} and p.incident_id = t.incident_id
      group by t.rule_id, p.carrier, p.recipient
    )
    select t.rule_id as "ruleId", count(*)::int as incidents, (count(*) filter (where t.not_useful))::int as "notUseful",
      (count(*) filter (where t.visible))::int as visible,
      (count(*) filter (where t.visible and t.acted))::int as acted,
      (select jsonb_agg(to_jsonb(x) - 'rule_id' order by x.carrier, x.recipient) from targets x where x.rule_id = t.rule_id)
        as targets
    from told t
    group by t.rule_id
    order by t.rule_id`);
}

/** How many incidents of which rules were told in each channel within the 24 hours before now. */
export async function channelDay(
  db: Queryable,
  tenantId: number,
  now: Temporal.Instant,
): Promise<Map<string, ChannelRule[]>> {
  const rows = await db.query<{ channel: string; ruleId: number; policy: Rule['policy']; incidents: number }>(sql`
    select p.recipient as channel, r.rule_id as "ruleId", r.policy, count(*)::int as incidents
    from ops.alert_incidents i
    join ops.alert_posts p on p.tenant_id = i.tenant_id and p.incident_id = i.incident_id
    join ops.alert_rules r on r.tenant_id = i.tenant_id and r.rule_id = i.rule_id
    where i.tenant_id = ${tenantId} and i.announced_at <= ${now.toString()}::timestamptz
      and i.announced_at > greatest(${now.subtract({ hours: 24 }).toString()}::timestamptz, r.promoted_at)
      and p.carrier = 'slack' and p.recipient ~ '^[CG]' and r.state = 'active' and r.demoted_at is null
    group by p.recipient, r.rule_id, r.policy
    order by p.recipient, incidents desc, r.rule_id`);
  const rules = rows.map(({ channel, ruleId, policy, incidents }) => ({
    channel,
    rule: { ruleId, policy },
    incidents,
  }));
  return Map.groupBy(rules, ({ channel }) => channel);
}

/** From now on its incidents only go into the digest; false where they do already. */
export async function demote(
  tx: Queryable,
  tenantId: number,
  ruleId: number,
  { noise, now }: { noise: Noise; now: Temporal.Instant },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.alert_rules set demoted_at = ${now.toString()}, demoted_reason = ${noise.cause}
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and demoted_at is null and state = 'active'`);
  return touched > 0;
}

/**
 * Its incidents are told again where it says; false where they are. How useful they are counts anew from now: whoever wants
 * them has said so.
 */
export async function promote(
  tx: Queryable,
  tenantId: number,
  ruleId: number,
  now: Temporal.Instant,
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.alert_rules
    set demoted_at = null, demoted_reason = null, promoted_at = ${now.toString()},
      next_look_at = least(next_look_at, ${now.toString()}::timestamptz)
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and demoted_at is not null`);
  return touched > 0;
}

/** What a rule would have told and did not, as it is in the digest only. */
export interface DigestOnly {
  ruleId: number;
  title: string;
  /** Why it is told nowhere else; null where it is by now. */
  cause: string | null;
  incidents: number;
  /** Of the latest one: its number and what it said. */
  latestId: number;
  latest: string;
  severity: number;
}

/**
 * Of incidents that would have been told from then until then. `viewer`: only of rules that look with their rights or are theirs;
 * null: of all.
 */
export function onlyInDigest(
  db: Queryable,
  tenantId: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
  viewer: string | null,
): Promise<DigestOnly[]> {
  return db.query<DigestOnly>(sql`
    select r.rule_id as "ruleId", r.policy ->> 'title' as title, r.demoted_reason as cause, count(*)::int as incidents,
      max(i.incident_id) as "latestId", max(i.severity)::int as severity,
      (array_agg((i.content ->> 'stateWord') || ': ' || (i.content ->> 'headline') order by i.incident_id desc))[1] as latest
    from ops.alert_incidents i
    join ops.alert_rules r on r.tenant_id = i.tenant_id and r.rule_id = i.rule_id
    where i.tenant_id = ${tenantId} and i.announced_at >= ${from.toString()} and i.announced_at < ${to.toString()}
      and not exists (select from ops.alert_posts p where p.tenant_id = i.tenant_id and p.incident_id = i.incident_id)
      and (${viewer}::text is null or ${viewer}::text in (r.viewer, r.owner))
    group by r.rule_id, r.policy ->> 'title', r.demoted_reason
    order by incidents desc, r.rule_id`);
}
