import { formatDuration } from '../domain/format.ts';
import type { PastEpisode } from './kinds/room.ts';
import type { RulePolicy } from './rule.ts';
import { incidentsOf } from './stretches.ts';

/** Fewer episodes than this are not too many. */
const fewest = 3;
/** A suggestion has to take away so much of them. */
const leastShare = 0.3;

/** Whether so few are left that it is worth changing a rule for. */
export function worthIt(before: number, after: number): boolean {
  return before >= fewest && after >= 1 && after <= (1 - leastShare) * before + 1e-9;
}

const minute = 60;
const hour = 3600;
const day = 86_400;
/** Durations people would write, in seconds. */
const durations = [
  ...[5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour],
  ...[day, 2 * day, 3 * day, 5 * day, 7 * day],
];

/**
 * The shortest `resolve_after` that makes at most 70 % of the incidents, or else the shortest `for` that leaves so many; null
 * where neither does, or where there are too few. Pure.
 */
export function timeSuggestion(
  episodes: readonly PastEpisode[],
  policy: Pick<RulePolicy, 'groupBy' | 'routes'>,
  until: Temporal.Instant,
): string | null {
  const count = (some: readonly PastEpisode[]) => incidentsOf(some, policy, until).length;
  const before = count(episodes);
  for (const seconds of durations) {
    // Kept open for longer: what begins meanwhile is the same incident.
    const left = count(episodes.map((one) => ({ ...one, to: one.to?.add({ seconds }) ?? null })));
    if (worthIt(before, left)) return phrase('resolve_after', seconds, left, before);
  }
  for (const seconds of durations) {
    const left = count(episodes.filter(({ from, to }) => from.until(to ?? until).total('seconds') >= seconds));
    if (worthIt(before, left)) return phrase('for', seconds, left, before);
  }
  return null;
}

function phrase(setting: string, seconds: number, left: number, before: number): string {
  const length = seconds % day === 0 ? `${seconds / day} d` : formatDuration(seconds).replace(' 00 min', '');
  return `With ${setting}: ${length} it would have fired ${left} × instead of ${before} ×.`;
}
