import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import type { TenantZone } from '../rollups/rollup.ts';
import { policyFingerprint } from '../sla/fingerprint.ts';
import {
  type CompiledPolicies,
  compilePolicies,
  longestTargetDays,
  type Metric,
  type Policies,
} from '../sla/policy.ts';
import { factsVersion } from './ticket-sla-row.ts';

/** A tenant's policies and what tells them from others. */
export interface SlaTerms {
  policies: CompiledPolicies;
  /** Of what the policies say, and of which facts are made of it. */
  fingerprint: string;
  /** Days after its creation until a ticket is decided at the latest (`longestTargetDays`), as of a moment. */
  daysOf(metrics: readonly Metric[], now: Temporal.Instant): number;
}

/** Policies made ready. Throws a usage error for wrong ones. */
export function slaTerms(policies: Policies): SlaTerms {
  const compiled = compilePolicies(policies);
  const known = new Map<string, number>();
  return {
    policies: compiled,
    fingerprint: `${factsVersion} ${policyFingerprint(policies)}`,
    daysOf(metrics, now) {
      // A sweep comes by every few seconds, and the answer changes with the calendar only.
      const key = `${metrics.join()} ${now.toString().slice(0, 10)}`;
      const days = known.get(key) ?? longestTargetDays(compiled, metrics, now.epochMilliseconds);
      known.set(key, days);
      return days;
    },
  };
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
  const { tenantId } = tenant;
  const [known] = await tx.query<{ fingerprint: string; first_response_days: number; longest_days: number }>(sql`
    select fingerprint, first_response_days, longest_days from ops.sla_policies where tenant_id = ${tenantId}`);
  const days = {
    firstResponse: terms.daysOf(['firstResponse'], now),
    longest: terms.daysOf(['firstResponse', 'resolution'], now),
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

/** Whether the stored verdicts are those of these policies. To be asked under the ticket stream's lock. */
export async function isAdopted(tx: Queryable, tenantId: number, { fingerprint }: SlaTerms): Promise<boolean> {
  const [known] = await tx.query<{ fingerprint: string }>(sql`
    select fingerprint from ops.sla_policies where tenant_id = ${tenantId}`);
  return known?.fingerprint === fingerprint;
}
