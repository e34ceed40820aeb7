import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Instance } from '../stages/advance.ts';

/** The instances of some rules that are not well, and those that were lately, by rule. */
export async function instancesOf(
  db: Queryable,
  tenantId: number,
  ruleIds: readonly number[],
): Promise<Map<number, Instance[]>> {
  const rows = await db.query<Instance & { ruleId: number }>(sql`
    select rule_id as "ruleId", fingerprint, episode, labels, about, state, severity, facts, since,
      pending_at as "pendingAt", fired_at as "firedAt", clear_since as "clearSince", resolved_at as "resolvedAt"
    from ops.alert_instances
    where tenant_id = ${tenantId} and rule_id = any (${ruleIds as number[]}::bigint[])
    order by rule_id, fingerprint`);
  return Map.groupBy(rows, ({ ruleId }) => ruleId);
}

/** Writes the instances of a rule as they are now; what is not among them and never fired is forgotten. */
export async function putInstances(
  tx: Queryable,
  { tenantId, ruleId }: { tenantId: number; ruleId: number },
  instances: readonly (Instance & { incidentId: number | null })[],
): Promise<void> {
  await tx.run(sql`
    delete from ops.alert_instances
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state = 'pending'
      and fingerprint <> all (${instances.map(({ fingerprint }) => fingerprint)}::text[])`);
  if (instances.length === 0) return;
  await tx.run(sql`
    insert into ops.alert_instances (tenant_id, rule_id, fingerprint, episode, labels, about, state, severity, facts, since,
      pending_at, fired_at, clear_since, resolved_at, incident_id)
    select ${tenantId}::bigint, ${ruleId}::bigint, v.fingerprint, v.episode, v.labels, v.about, v.state, v.severity, v.facts,
      v.since, v."pendingAt", v."firedAt", v."clearSince", v."resolvedAt", v."incidentId"
    from jsonb_to_recordset(${JSON.stringify(instances)}::jsonb) as v (fingerprint text, episode int, labels jsonb,
      about jsonb, state text, severity smallint, facts jsonb, since timestamptz, "pendingAt" timestamptz,
      "firedAt" timestamptz, "clearSince" timestamptz, "resolvedAt" timestamptz, "incidentId" bigint)
    on conflict (tenant_id, rule_id, fingerprint) do update
    set episode = excluded.episode, labels = excluded.labels, about = excluded.about, state = excluded.state,
      severity = excluded.severity, facts = excluded.facts, since = excluded.since, pending_at = excluded.pending_at,
      fired_at = excluded.fired_at, clear_since = excluded.clear_since, resolved_at = excluded.resolved_at,
      incident_id = excluded.incident_id`);
}
