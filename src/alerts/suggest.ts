import { formatDuration } from '../domain/format.ts';
import { fingerprintOf } from './condition.ts';
import type { PastEpisode } from './kinds/room.ts';

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
 * The shortest `resolve_after` that makes at most 70 % of the episodes of the same thing, or else the shortest `for` that
 * leaves so many; null where neither does, or where there are too few. Pure.
 */
export function timeSuggestion(episodes: readonly PastEpisode[], until: Temporal.Instant): string | null {
  const before = episodes.length;
  for (const seconds of durations) {
    const left = mergedWithin(episodes, seconds);
    if (worthIt(before, left)) return phrase('resolve_after', seconds, left, before);
  }
  for (const seconds of durations) {
    const left = episodes.filter(({ from, to }) => from.until(to ?? until).total('seconds') >= seconds).length;
    if (worthIt(before, left)) return phrase('for', seconds, left, before);
  }
  return null;
}

/** How many are left when those of one thing that are no further apart are one. */
function mergedWithin(episodes: readonly PastEpisode[], seconds: number): number {
  let count = 0;
  for (const own of Map.groupBy(episodes, ({ labels }) => fingerprintOf(labels)).values()) {
    const sorted = own.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from));
    count += sorted.filter(({ from }, index) => {
      const end = sorted[index - 1]?.to;
      return index === 0 || (end ? end.until(from).total('seconds') > seconds : false);
    }).length;
  }
  return count;
}

function phrase(setting: string, seconds: number, left: number, before: number): string {
  const length = seconds % day === 0 ? `${seconds / day} d` : formatDuration(seconds).replace(' 00 min', '');
  return `With ${setting}: ${length} it would have fired ${left} × instead of ${before} ×.`;
}
