import type { Group } from './kpi.ts';

/**
 * Things that are so for a while, counted at many moments in one pass: a query gives, per row of a breakdown and `what`, by
 * how many their number changes at the moment of that place. So a series costs as much as its total.
 */
export interface SpanChange {
  key: string | null;
  source: string | null;
  what: string;
  /** Place of the moment, from 0; one behind the last where something lasts. */
  place: number;
  change: number;
}

/** How many there are of each `what` at every moment, as groups: one per bucket (null: not a series) and row. */
export function groupsOfSpans(
  changes: readonly SpanChange[],
  buckets: readonly (string | null)[],
  what: readonly string[],
): Group[] {
  const rows = new Map<string, { key: string | null; source: string | null; changes: Record<string, number>[] }>();
  for (const { key, source, what: name, place, change } of changes) {
    const id = JSON.stringify([key, source]);
    const row = rows.get(id) ?? { key, source, changes: [] };
    rows.set(id, row);
    const here = row.changes[place] ?? {};
    row.changes[place] = here;
    here[name] = (here[name] ?? 0) + change;
  }
  // Nobody there is a zero, not nothing, in every bucket of a series.
  if (rows.size === 0) rows.set('', { key: null, source: null, changes: [] });
  return [...rows.values()].flatMap(({ key, source, changes: own }) => {
    const levels = Object.fromEntries(what.map((name) => [name, 0]));
    return buckets.map((bucket, place) => {
      for (const name of what) levels[name]! += own[place]?.[name] ?? 0;
      return { bucket, key, source, sums: { counts: { ...levels }, bins: {} } };
    });
  });
}

/** The first moment that does not belong to a local day any more, or to what is known `now`, where that is earlier. */
export function endOfDay(day: string, timezone: string, now: Temporal.Instant): Temporal.Instant {
  const end = startOfDay(Temporal.PlainDate.from(day).add({ days: 1 }).toString(), timezone);
  const known = now.add({ microseconds: 1 });
  return Temporal.Instant.compare(end, known) < 0 ? end : known;
}

export function startOfDay(day: string, timezone: string): Temporal.Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime(timezone).toInstant();
}
