import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Instance } from '../stages/advance.ts';

/**
 * The instances of some rules that are not over, and those of the given fingerprints that are: what begins again is another
 * episode. By rule.
 */
export async function instancesOf(
  db: Queryable,
  tenantId: number,
  of: readonly { ruleId: number; fingerprints: readonly string[] }[],
): Promise<Map<number, Instance[]>> {
  const columns = sql`
    i.rule_id as "ruleId", i.fingerprint, i.episode, i.labels, i.about, i.state, i.severity, i.facts, i.since,
    i.pending_at as "pendingAt", i.fired_at as "firedAt", i.clear_since as "clearSince", i.resolved_at as "resolvedAt"`;
  const pairs = of.flatMap(({ ruleId, fingerprints }) => fingerprints.map((one) => [ruleId, one]));
  const rows = await db.query<Instance & { ruleId: number }>(sql`
    select ${columns} from ops.alert_instances i
    where i.tenant_id = ${tenantId} and i.rule_id = any (${of.map(({ ruleId }) => ruleId)}::bigint[])
      and i.state <> 'resolved'
    union all
    select ${columns}
    from jsonb_array_elements(${JSON.stringify(pairs)}::jsonb) as v
    join ops.alert_instances i on i.tenant_id = ${tenantId} and i.rule_id = (v ->> 0)::bigint and i.fingerprint = v ->> 1
      and i.state = 'resolved'`);
  return Map.groupBy(rows, ({ ruleId }) => ruleId);
}

/** Writes the instances of a rule as they are now; what is not among them and never fired is forgotten. */
export async function putInstances(
  tx: Queryable,
  { tenantId, ruleId }: { tenantId: number; ruleId: number },
  instances: readonly (Instance & { incidentId: number | null })[],
): Promise<void> {
  await tx.run(sql`
    with forgotten as (
      delete from ops.alert_instances
      where tenant_id = ${tenantId} and rule_id = ${ruleId} and state = 'pending'
        and fingerprint <> all (${instances.map(({ fingerprint }) => fingerprint)}::text[])
    )
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
