import sql from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import { reply, requestEdits } from './deliver.ts';
import type { Incident } from './incident.ts';
import type { Rule } from './rule.ts';
import { addHistory, forgetIncident, lockOpenIncidents, putIncident } from './store/incidents.ts';
import { othersOfFile, setRuleState, takenOut } from './store/rules.ts';

/**
 * Pauses, ends or takes up a rule; says whether that changed anything. Nobody watches any more what a resting rule fired for,
 * so its incidents are closed, which their messages say; taken up, it begins anew.
 */
export async function changeRuleState(
  tx: Tx,
  tenantId: number,
  ruleId: number,
  { state, reason }: { state: Rule['state']; reason: string | null },
  moments: Moments,
): Promise<boolean> {
  if (!(await setRuleState(tx, tenantId, ruleId, { state, reason, now: moments.now }))) return false;
  if (state === 'active') return true;
  // Reasons of people begin with what they did: `paused by Maya Hartono`.
  const detail = reason === null || reason.startsWith(state) ? '' : ` (${reason})`;
  const why = `The rule was ${detail === '' ? (reason ?? state) : `${state}${detail}`}`;
  for (const incident of await lockOpenIncidents(tx, tenantId, ruleId)) await close(tx, incident, why, moments);
  await tx.run(sql`
    update ops.alert_instances set state = 'resolved', resolved_at = ${moments.now.toString()}
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state <> 'resolved'`);
  return true;
}

async function close(tx: Tx, incident: Incident, why: string, moments: Moments): Promise<void> {
  if (incident.announcedAt === null) return forgetIncident(tx, incident);
  const { now } = moments;
  const over = { state: 'resolved' as const, resolvedAt: now, snoozedUntil: null, version: incident.version + 1 };
  const closed: Incident = { ...incident, ...over, content: { ...incident.content, closed: why } };
  await putIncident(tx, closed);
  const entry = await addHistory(tx, closed, {
    at: now,
    kind: 'resolved',
    text: `${why}: nobody watches it any more`,
    told: true,
  });
  await reply(tx, closed, entry, moments);
  await requestEdits(tx, closed, moments, { urgent: true });
}

/** Ends the rules of crema.yaml that are not in it any more. */
export async function endOtherRules(
  tx: Tx,
  tenantId: number,
  names: readonly string[],
  moments: Moments,
): Promise<void> {
  for (const ruleId of await othersOfFile(tx, tenantId, names))
    await changeRuleState(tx, tenantId, ruleId, { state: 'ended', reason: takenOut }, moments);
}
