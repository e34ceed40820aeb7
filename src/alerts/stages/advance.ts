import { type Condition, type Facts, fingerprintOf, type Labels } from '../condition.ts';
import type { Severity } from '../rule.ts';

/** The latest episode of one thing that a rule watches. */
export interface Instance {
  fingerprint: string;
  /** Grows each time it begins to be not well again. */
  episode: number;
  labels: Labels;
  about: Labels;
  state: 'pending' | 'firing' | 'resolved';
  severity: Severity;
  facts: Facts;
  /** When it began by the data. */
  since: Temporal.Instant;
  /** When it was first seen. */
  pendingAt: Temporal.Instant;
  firedAt: Temporal.Instant | null;
  /** Well again since then, but not long enough to be resolved. */
  clearSince: Temporal.Instant | null;
  resolvedAt: Temporal.Instant | null;
}

export interface AdvanceTerms {
  forSeconds: number;
  resolveAfterSeconds: number;
  /** Until people are told of it. */
  waitSeconds: number;
}

/** What was over before anybody knew of it is kept for so long beyond the wait, so that it is told. */
const toldSeconds = 60;

/** What becomes of an instance, and when it has to be looked at again by time alone. */
export interface Advanced {
  instances: Instance[];
  nextAt: Temporal.Instant | null;
}

/**
 * The next state of each instance, from what it was and what is so now. Pure. `for` counts from when it began by the data,
 * never from before the rule was first able to see it: what data told late has been so for long already. What is well
 * again is resolved once it has been so for `resolveAfterSeconds`; until then it goes on firing, and a flap changes
 * nothing. What is `between` its marks holds only what fires: below the mark where it fires, `for` does not run. An instance
 * that does not fire yet is forgotten as soon as it is well, but for the number of its episodes. One that was well again
 * before anybody knew of it (`clearSince` before `firedAt`, of stages/catch-up.ts) fires until it has been told.
 */
export function advance(
  known: readonly Instance[],
  conditions: readonly Condition[],
  { forSeconds, resolveAfterSeconds, waitSeconds }: AdvanceTerms,
  now: Temporal.Instant,
): Advanced {
  const before = new Map(known.map((instance) => [instance.fingerprint, instance]));
  const next: Instance[] = [];
  const wakes: Temporal.Instant[] = [];
  const seen = new Set<string>();
  for (const condition of conditions) {
    const fingerprint = fingerprintOf(condition.labels);
    if (seen.has(fingerprint)) continue;
    const was = before.get(fingerprint);
    const isOpen = was !== undefined && was.state !== 'resolved';
    if (condition.status === 'between' && was?.state !== 'firing') continue;
    seen.add(fingerprint);
    const { labels, about = {}, severity, facts } = condition;
    const since = isOpen ? earlier(was.since, condition.since) : condition.since;
    const instance: Instance = {
      ...{ fingerprint, labels, about, severity, facts, since },
      episode: isOpen ? was.episode : (was?.episode ?? 0) + 1,
      state: isOpen ? was.state : 'pending',
      pendingAt: isOpen ? was.pendingAt : now,
      firedAt: isOpen ? was.firedAt : null,
      clearSince: null,
      resolvedAt: null,
    };
    if (instance.state === 'pending') {
      const firesAt = instance.since.add({ seconds: forSeconds });
      if (Temporal.Instant.compare(firesAt, now) <= 0) {
        instance.state = 'firing';
        instance.firedAt = now;
      } else wakes.push(firesAt);
    }
    next.push(instance);
  }
  for (const was of known) {
    if (seen.has(was.fingerprint)) continue;
    // Earlier episodes were told: the next one to fire must not be taken for one of them.
    if (was.state === 'pending' && was.episode > 1) next.push({ ...was, state: 'resolved', resolvedAt: now });
    if (was.state !== 'firing') continue;
    const clearSince = was.clearSince ?? now;
    const isKnownLate = was.firedAt !== null && Temporal.Instant.compare(clearSince, was.firedAt) < 0;
    const resolvesAt = isKnownLate
      ? was.firedAt!.add({ seconds: waitSeconds + toldSeconds })
      : clearSince.add({ seconds: resolveAfterSeconds });
    if (Temporal.Instant.compare(resolvesAt, now) <= 0)
      next.push({ ...was, clearSince, state: 'resolved', resolvedAt: clearSince });
    else {
      wakes.push(resolvesAt);
      next.push({ ...was, clearSince });
    }
  }
  return { instances: next, nextAt: earliest(wakes) };
}

export function earliest(instants: readonly (Temporal.Instant | null)[]): Temporal.Instant | null {
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : known.reduce(earlier);
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
