import { addDays, startOfDay } from '../../domain/period.ts';
import type { Facts, Labels } from '../condition.ts';

import type { AdvanceTerms, Instance } from '../stages/advance.ts';
import { replay, type Step } from '../stages/replay.ts';
import type { LookContext, PastEpisode } from './room.ts';

/** Questions to the database at a time. */
const atOnce = 4;

/** The local dates that end within a stretch, in order. */
export function daysWithin({ from, to }: { from: Temporal.Instant; to: Temporal.Instant }, timezone: string): string[] {
  const days: string[] = [];
  let day = from.toZonedDateTimeISO(timezone).toPlainDate().toString();
  for (;;) {
    const end = startOfDay(addDays(day, 1), timezone);
    if (Temporal.Instant.compare(end, to) > 0) return days;
    if (Temporal.Instant.compare(end, from) > 0) days.push(day);
    day = addDays(day, 1);
  }
}

/** Several things of each of some days, a few at a time, in the order of the days. */
export async function ofEach<In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<Out[]> {
  const done: Out[] = [];
  for (let index = 0; index < all.length; index += atOnce)
    done.push(...(await Promise.all(all.slice(index, index + atOnce).map(work))));
  return done;
}

/** What a rule with this policy would have told, from what was so at some moments. Pure. */
export function episodesOf(
  steps: readonly Step[],
  policy: AdvanceTerms,
  until: Temporal.Instant,
  nameOf: (labels: Labels, facts: Facts) => string,
): PastEpisode[] {
  const episodes = new Map<string, PastEpisode & { rank: number }>();
  replay([], steps, policy, until, (instances) => {
    for (const instance of instances) note(episodes, instance, nameOf);
  });
  return [...episodes.values()]
    .toSorted((a, b) => Temporal.Instant.compare(a.from, b.from))
    .map(({ rank: _, ...episode }) => episode);
}

function note(
  episodes: Map<string, PastEpisode & { rank: number }>,
  { fingerprint, episode, labels, facts, state, firedAt, clearSince, resolvedAt }: Instance,
  nameOf: (labels: Labels, facts: Facts) => string,
): void {
  if (state === 'pending' || firedAt === null) return;
  const key = `${fingerprint}#${episode}`;
  const known = episodes.get(key);
  const isWorst = !known || facts.rank > known.rank;
  const { value, valueText } = facts;
  const worst = isWorst && value !== undefined && valueText !== undefined ? { value, text: valueText } : known?.worst;
  episodes.set(key, {
    ...{ labels, name: known?.name ?? nameOf(labels, facts), from: firedAt, to: resolvedAt ?? clearSince },
    ...(worst ? { worst } : {}),
    rank: isWorst ? facts.rank : known.rank,
  });
}

/** The moment at which a day is looked back at: its end for days that are over, its last moment for one under way. */
export function lookedAtEnd(day: string, context: Pick<LookContext, 'tenant'>, isOver: boolean): Temporal.Instant {
  const end = startOfDay(addDays(day, 1), context.tenant.timezone);
  return isOver ? end : end.subtract({ milliseconds: 1 });
}
