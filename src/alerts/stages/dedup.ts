import type { Severity } from '../rule.ts';

/** What was last told of an incident, and what is so now. */
export interface DedupInput {
  /** Null: nobody was told yet. */
  announced: {
    fingerprints: readonly string[];
    severity: Severity;
    toldAt: Temporal.Instant;
    repeatedAt: Temporal.Instant | null;
  } | null;
  /** What fires now, each with its episode, and whether it is critical; empty: all is well again. */
  firing: readonly string[];
  /** All that fires is well again, only not for long enough to be over. */
  clearing?: boolean;
  severity: Severity;
  /** When the first one fired. */
  openedAt: Temporal.Instant;
  acknowledged: boolean;
  snoozedUntil: Temporal.Instant | null;
}

export interface DedupTerms {
  waitSeconds: number;
  intervalSeconds: number;
  repeatSeconds: number | null;
}

/** At the end of an episode's name while it is critical: told as such, it is told as less too. */
export const critical = '!';

export type Reason = 'first' | 'worse' | 'more' | 'repeat' | 'resolved';

/** `forget`: nobody was told and there is nothing to tell any more. `wait`: until then nothing is told by time alone. */
export type Decision =
  | { kind: 'tell'; reason: Reason }
  | { kind: 'forget' }
  | { kind: 'wait'; until: Temporal.Instant | null };

/**
 * Whether people are told something now, and why. Pure. What counts is the set last told, not the set last seen: what
 * came and went in between was never seen by anybody. Worse is told at once;
 * more of the same at the group interval; what is well again already is not repeated as if it were not; nothing but the end and what is worse is told while it is snoozed, and no repetitions once somebody has acknowledged.
 */
export function decide(input: DedupInput, terms: DedupTerms, now: Temporal.Instant): Decision {
  const { announced, firing, clearing = false, severity, openedAt, acknowledged, snoozedUntil } = input;
  if (announced === null) {
    if (firing.length === 0) return { kind: 'forget' };
    const due = openedAt.add({ seconds: terms.waitSeconds });
    return isBy(due, now) ? { kind: 'tell', reason: 'first' } : { kind: 'wait', until: due };
  }
  if (firing.length === 0) return { kind: 'tell', reason: 'resolved' };
  if (severity > announced.severity) return { kind: 'tell', reason: 'worse' };
  const isSnoozed = snoozedUntil !== null && !isBy(snoozedUntil, now);
  const told = new Set(announced.fingerprints);
  const isMore = firing.some((one) => !told.has(one) && !told.has(one + critical));
  const moreAt = announced.toldAt.add({ seconds: terms.intervalSeconds });
  if (isMore && !isSnoozed)
    return isBy(moreAt, now) ? { kind: 'tell', reason: 'more' } : { kind: 'wait', until: moreAt };
  if (clearing) return { kind: 'wait', until: null };
  // The end of a snooze takes it up again, as if it had just been due.
  if (snoozedUntil !== null && !isSnoozed) return { kind: 'tell', reason: isMore ? 'more' : 'repeat' };
  if (isSnoozed) return { kind: 'wait', until: snoozedUntil };
  if (acknowledged || terms.repeatSeconds === null) return { kind: 'wait', until: null };
  const repeatAt = later(announced.toldAt, announced.repeatedAt).add({ seconds: terms.repeatSeconds });
  return isBy(repeatAt, now) ? { kind: 'tell', reason: 'repeat' } : { kind: 'wait', until: repeatAt };
}

function isBy(due: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(due, now) <= 0;
}

function later(a: Temporal.Instant, b: Temporal.Instant | null): Temporal.Instant {
  return b !== null && Temporal.Instant.compare(b, a) > 0 ? b : a;
}
