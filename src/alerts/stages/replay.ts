import type { Condition } from '../condition.ts';
import { type AdvanceTerms, advance, type Instance } from './advance.ts';

/** What was so at one moment; null: nobody knows, and all stays as it was. */
export interface Step {
  at: Temporal.Instant;
  conditions: readonly Condition[] | null;
}

/**
 * What instances come to over several moments, in order: at each of them, and in between wherever time alone changes
 * something. Pure. `seen` is called after each, with what was so then.
 */
export function replay(
  known: readonly Instance[],
  steps: readonly Step[],
  terms: AdvanceTerms,
  until: Temporal.Instant,
  seen: (instances: readonly Instance[]) => void = () => undefined,
): Instance[] {
  let instances: readonly Instance[] = known;
  steps.forEach(({ at, conditions }, index) => {
    if (!conditions) return;
    const end = steps[index + 1]?.at ?? until;
    let moment: Temporal.Instant | null = at;
    while (moment && Temporal.Instant.compare(moment, end) <= 0) {
      const advanced = advance(instances, conditions, terms, moment);
      // What is over stays known by its last episode, so that the next one has the next number.
      const now = new Set(advanced.instances.map(({ fingerprint }) => fingerprint));
      instances = [
        ...advanced.instances,
        ...instances.filter(({ fingerprint, state }) => state === 'resolved' && !now.has(fingerprint)),
      ];
      seen(instances);
      moment = advanced.nextAt;
    }
  });
  return [...instances];
}
