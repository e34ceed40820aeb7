import type { Better, Verdict } from '../domain/kpi-result.ts';
import {
  compoundPoisson,
  type Interval,
  type LogDurations,
  type Moments,
  newcombe,
  poissonShare,
  welch,
  welchLog,
} from './intervals.ts';

/** What a value rests on: decides how two of them are compared. */
export type Evidence =
  | { kind: 'ratio'; successes: number; n: number }
  /** `exposure`: days the events were counted over. */
  | { kind: 'count'; count: number; exposure: number }
  | ({ kind: 'mean' } & Moments)
  | ({ kind: 'durations' } & LogDurations)
  /**
   * A sum of amounts over `exposure` days. `moments`: of the single amounts; without them (or with an amount that is a
   * level) nothing is known about chance.
   */
  | { kind: 'amount'; amount: number; exposure: number; moments?: Moments };

/** Fewest cases a rate or a time may be judged on. */
export const fewCases = 30;

/** A change of an amount by less than this share of the larger one is not worth a verdict. */
export const immaterial = 0.01;

/** How many cases a value rests on, where that decides whether it may be judged; null for counts and levels. */
export function casesIn(evidence: Evidence): number | null {
  if (evidence.kind === 'count') return null;
  return evidence.kind === 'amount' ? (evidence.moments?.n ?? null) : evidence.n;
}

/**
 * Whether the present differs from the past beyond chance, at 95 %: ratios by Newcombe's interval, counts as Poisson
 * with their exposures, means by Welch, durations by Welch on log seconds, sums of amounts as compound Poisson. `change`
 * is that of the displayed value; where it points the other way than the evidence (a median against a mean), the verdict
 * is too close. Amounts of which no single ones are known are facts without an interval: higher or lower, never better or
 * worse, and too close where the change is immaterial.
 */
export function compareEvidence(now: Evidence, then: Evidence, change: number, better: Better): Verdict {
  if (change === 0) return 'same';
  if (isFew(now) || isFew(then)) return 'few-cases';
  if (now.kind === 'amount' && then.kind === 'amount' && !(now.moments && then.moments))
    return plainVerdict(now, then, change);
  const direction = directionOf(now, then);
  if (direction === 0 || Math.sign(change) !== direction) return 'too-close';
  if (better === 'neither') return direction > 0 ? 'higher' : 'lower';
  return direction > 0 === (better === 'up') ? 'better' : 'worse';
}

function isFew(evidence: Evidence): boolean {
  const cases = casesIn(evidence);
  return cases !== null && cases < fewCases;
}

function plainVerdict(now: { amount: number }, then: { amount: number }, change: number): Verdict {
  const larger = Math.max(Math.abs(now.amount), Math.abs(then.amount));
  if (Math.abs(change) < immaterial * larger) return 'too-close';
  return change > 0 ? 'higher' : 'lower';
}

/** 1 where the present is surely higher, -1 where surely lower, 0 where chance explains the difference. */
function directionOf(now: Evidence, then: Evidence): -1 | 0 | 1 {
  if (now.kind === 'ratio' && then.kind === 'ratio') return side(newcombe(now, then), 0);
  if (now.kind === 'mean' && then.kind === 'mean') return side(welch(now, then), 0);
  if (now.kind === 'durations' && then.kind === 'durations') return side(welchLog(now, then), 0);
  if (now.kind === 'amount' && then.kind === 'amount' && now.moments && then.moments) {
    return side(
      compoundPoisson({ ...now.moments, exposure: now.exposure }, { ...then.moments, exposure: then.exposure }),
      0,
    );
  }
  if (now.kind === 'count' && then.kind === 'count') {
    if (now.count + then.count === 0) return 0;
    return side(poissonShare(now.count, then.count), now.exposure / (now.exposure + then.exposure));
  }
  throw new TypeError(`cannot compare ${now.kind} with ${then.kind}`);
}

function side(interval: Interval, neutral: number): -1 | 0 | 1 {
  if (interval.low > neutral) return 1;
  return interval.high < neutral ? -1 : 0;
}
