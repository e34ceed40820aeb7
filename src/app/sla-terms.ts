import type { SlaTerms } from '../facts/policies.ts';
import { compilePolicies, defaultPolicies } from '../sla/policy.ts';

/** The SLA policies of a tenant, ready to evaluate by. */
export function slaTerms(): SlaTerms {
  return { policies: compilePolicies(defaultPolicies), fingerprint: 'default' };
}
