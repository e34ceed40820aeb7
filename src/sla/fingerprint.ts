import { createHash } from 'node:crypto';
import { metrics, type Policies, type PolicyVersion } from './policy.ts';

/**
 * A name for what policies say (sha-256, hex): the same for the same policies in any order of versions, accounts, settings,
 * holidays and statuses. Stored evaluations are made again when it changes.
 */
export function policyFingerprint({ standard, accounts = {} }: Policies): string {
  const said = {
    standard: versionsOf(standard),
    accounts: Object.fromEntries(
      Object.entries(accounts).map(([account, versions]) => [account, versionsOf(versions)]),
    ),
  };
  return createHash('sha256').update(canonical(said)).digest('hex');
}

function versionsOf(versions: readonly PolicyVersion[]): unknown[] {
  return [...versions]
    .sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
    .map(({ validFrom, calendar, targets, pausing }) => ({
      // JSON knows no infinity.
      validFrom: validFrom === Number.NEGATIVE_INFINITY ? 'always' : validFrom,
      calendar: { days: {}, ...calendar, holidays: [...new Set(calendar.holidays)].sort() },
      terms: metrics.map((metric) => [targets[metric] ?? {}, [...new Set(pausing[metric])].sort()]),
    }));
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
