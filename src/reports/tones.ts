import type { Verdict } from '../domain/kpi-result.ts';

/** Words and colours of what is good and bad; a colour never stands without its word. */

export function outcomeOf(met: boolean | null): string {
  if (met === null) return '';
  return met ? ' met' : ' missed';
}

export function toneOf(verdict: Verdict | null): string {
  if (verdict === 'better') return 'good';
  return verdict === 'worse' ? 'bad' : 'even';
}

export function toneOfTarget(met: boolean | null): string {
  if (met === null) return 'even';
  return met ? 'good' : 'bad';
}
