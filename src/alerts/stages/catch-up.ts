import type { Condition } from '../condition.ts';
import { type Advanced, type AdvanceTerms, advance, type Instance } from './advance.ts';
import { replay, type Step } from './replay.ts';

/**
 * The next state of each instance where moments were missed: these are gone through in order, each as if it had been looked
 * at in its time, then what is so now. Pure. What began and ended within them fires from now until it has been told, with its
 * true times; of several such episodes of one thing the last one.
 */
export function catchUp(
  known: readonly Instance[],
  { earlier, conditions }: { earlier: readonly Step[]; conditions: readonly Condition[] },
  terms: AdvanceTerms,
  now: Temporal.Instant,
): Advanced {
  if (earlier.length === 0) return advance(known, conditions, terms, now);
  const before = replay(known, earlier, terms, now);
  const advanced = advance(before, conditions, terms, now);
  const seen = new Set(advanced.instances.map(({ fingerprint }) => fingerprint));
  // What had ended before this moment is not looked at by a single step.
  const ended = before.filter(({ state, fingerprint }) => state === 'resolved' && !seen.has(fingerprint));
  const wasOpen = new Set(known.filter(({ state }) => state === 'firing').map(idOf));
  const wasOver = new Set(known.filter(({ state }) => state === 'resolved').map(idOf));
  const instances = [...advanced.instances, ...ended].flatMap((instance): Instance[] => {
    if (instance.state !== 'resolved' || instance.firedAt === null || wasOpen.has(idOf(instance))) return [instance];
    if (wasOver.has(idOf(instance))) return [];
    return [{ ...instance, state: 'firing', firedAt: now, clearSince: instance.resolvedAt, resolvedAt: null }];
  });
  // One step more on the clock: what is told late has to be looked at again when it was.
  const again = advance(instances, conditions, terms, now);
  return { instances: merge(instances, again.instances), nextAt: again.nextAt };
}

function merge(instances: readonly Instance[], again: readonly Instance[]): Instance[] {
  const seen = new Set(again.map(({ fingerprint }) => fingerprint));
  return [...again, ...instances.filter(({ fingerprint }) => !seen.has(fingerprint))];
}

function idOf({ fingerprint, episode }: Instance): string {
  return `${fingerprint}#${episode}`;
}
