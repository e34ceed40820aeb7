import { numberWish } from './number.ts';
import { misunderstood, readWish } from './reading.ts';
import { riskWish } from './risk.ts';
import type { AlertMisunderstood, AlertRequest } from './wish.ts';

/**
 * Reads what is behind `/kpi alert`: the words of a question, `below VALUE` or `above VALUE`, or `worse by 10%` (`better`, `up`,
 * `down`, `changed`) with `against before` or `against usual`, and in any order `for 2h`, `clear VALUE`, and `in #channel`, `in here`, `to me`, `to @person` or `to a@b.c`. Values are of the KPI's unit: `85%`,
 * `30 min`, `200`, `IDR 5,000,000`; what could mean two things is asked for. `currency`: of the tenant.
 *
 * Or `sla-risk` for tickets about to breach, with `team:`, `priority:` and `account:`, `by team` for an incident of each,
 * `before 30min`, `only breaches` (not what is merely at risk), `metric:first-response`, `for` and where to.
 */
export function parseAlert(
  words: readonly string[],
  { currency }: { currency: string },
): AlertRequest | AlertMisunderstood {
  const { reading, problem } = readWish(words);
  if (problem) return misunderstood(problem, reading);
  return reading.isRisk ? riskWish(reading) : numberWish(reading, currency);
}
