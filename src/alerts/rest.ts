import sql from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import { reply, requestEdits } from './deliver.ts';
import type { Incident } from './incident.ts';
import type { Rule } from './rule.ts';
import { addHistory, forgetIncident, lockOpenIncidents, putIncident } from './store/incidents.ts';
import { setRuleState } from './store/rules.ts';

/**
 * Pauses, ends or takes up a rule. What it was telling of is not watched meanwhile, and its messages say so: nobody is to
 * take the silence for good news. Returns false where the rule was so already.
 */
export async function changeRuleState(
  tx: Tx,
  rule: Pick<Rule, 'tenantId' | 'ruleId'>,
  { state, reason }: { state: Rule['state']; reason: string | null },
  moments: Moments,
): Promise<boolean> {
  const changed = await setRuleState(tx, rule.tenantId, rule.ruleId, { state, reason, now: moments.now });
  if (!changed) return false;
  // Taken up again, it is looked at at once, which says how things are.
  if (state === 'paused') await mark(tx, rule, `the rule is ${reason ?? 'paused'}`, moments);
  if (state === 'ended') await close(tx, rule, `Not watched any more: the rule was ${reason ?? 'ended'}`, moments);
  return true;
}

/** Closes what rules were telling of that have ended meanwhile. */
export async function closeIncidentsOfEnded(tx: Tx, tenantId: number, moments: Moments): Promise<void> {
  const rules = await tx.query<{ ruleId: number; reason: string | null }>(sql`
    select r.rule_id as "ruleId", r.state_reason as reason from ops.alert_rules r
    where r.tenant_id = ${tenantId} and r.state = 'ended' and exists (
      select from ops.alert_incidents i
      where i.tenant_id = r.tenant_id and i.rule_id = r.rule_id and i.state <> 'resolved')
    order by r.rule_id for update`);
  for (const { ruleId, reason } of rules)
    await close(tx, { tenantId, ruleId }, `Not watched any more: the rule is ${reason ?? 'ended'}`, moments);
}

async function mark(
  tx: Tx,
  { tenantId, ruleId }: Pick<Rule, 'tenantId' | 'ruleId'>,
  reason: string,
  moments: Moments,
): Promise<void> {
  for (const incident of await lockOpenIncidents(tx, tenantId, ruleId)) {
    const unknown = incident.content.unknown ?? { since: moments.now.toString(), reason };
    await show(tx, { ...incident, content: { ...incident.content, unknown } }, moments);
  }
}

async function close(
  tx: Tx,
  { tenantId, ruleId }: Pick<Rule, 'tenantId' | 'ruleId'>,
  text: string,
  moments: Moments,
): Promise<void> {
  const { now } = moments;
  for (const incident of await lockOpenIncidents(tx, tenantId, ruleId)) {
    if (incident.announcedAt === null) {
      await forgetIncident(tx, incident);
      continue;
    }
    const unknown = { since: now.toString(), reason: 'the rule has ended' };
    const closed: Incident = {
      ...incident,
      ...{ state: 'resolved', resolvedAt: now, snoozedUntil: null, snoozedBy: null },
      content: { ...incident.content, unknown },
    };
    await show(tx, closed, moments);
    const entry = await addHistory(tx, incident, { at: now, kind: 'resolved', text, told: true });
    await reply(tx, incident, entry, moments);
  }
  await tx.run(sql`
    delete from ops.alert_instances
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state = 'pending'`);
  await tx.run(sql`
    update ops.alert_instances set state = 'resolved', resolved_at = ${now.toString()}
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state = 'firing'`);
}

async function show(tx: Queryable, incident: Incident, moments: Moments): Promise<void> {
  const changed = { ...incident, version: incident.version + 1 };
  await putIncident(tx, changed);
  if (changed.announcedAt !== null) await requestEdits(tx, changed, moments, { urgent: true });
}
