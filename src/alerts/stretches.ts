import type { PastEpisode } from './kinds/room.ts';
import type { RulePolicy } from './rule.ts';

/** A stretch in which something of one group fired. */
export interface Stretch {
  from: Temporal.Instant;
  to: Temporal.Instant;
}

/** Episodes of one group that overlap are told as one. Pure. */
export function incidentsOf(
  episodes: readonly PastEpisode[],
  { groupBy, routes }: Pick<RulePolicy, 'groupBy' | 'routes'>,
  until: Temporal.Instant,
): Stretch[] {
  const names = [...new Set([...groupBy, ...routes.flatMap(({ labels }) => Object.keys(labels))])];
  const groups = Map.groupBy(episodes, ({ labels }) => JSON.stringify(names.map((name) => labels[name] ?? '')));
  return [...groups.values()].flatMap((own) => {
    const stretches: Stretch[] = [];
    for (const { from, to } of own.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from))) {
      const last = stretches.at(-1);
      const end = to ?? until;
      if (!last || Temporal.Instant.compare(from, last.to) > 0) stretches.push({ from, to: end });
      else if (Temporal.Instant.compare(end, last.to) > 0) last.to = end;
    }
    return stretches;
  });
}
