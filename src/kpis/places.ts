import sql, { raw, type Sql } from 'sql-template-tag';
import type { Group } from './kpi.ts';

/*
 * What is so of many contacts at many moments, in one pass: every moment of a series is a place, and what is true of a
 * contact is a set of places, a bit for each (the first moment leftmost). Sets are cheap to put together and to cut, so a
 * series costs as much as its total.
 */

/** How many are in each set of places, of a kind (`what`) and of a row of a breakdown. */
export interface PlaceCount {
  key: string | null;
  source: string | null;
  what: string;
  /** As PostgreSQL writes a bit string. */
  places: string;
  count: number;
}

/** The type of a set of so many places. */
export function placesType(length: number): Sql {
  return raw(`bit(${length})`);
}

/** The set of those of so many places that pass, as PostgreSQL reads it. */
export function placesWhere(length: number, holds: (place: number) => boolean): string {
  return Array.from({ length }, (_, place) => (holds(place) ? '1' : '0')).join('');
}

/** The set from the place `from` up to, but without, `to`: expressions from 0 to `length`. */
export function placesBetween(from: Sql, to: Sql, length: number): Sql {
  const all = sql`${'1'.repeat(length)}::${placesType(length)}`;
  return sql`((${all} >> (${from})) & (${all} << (${length}::int - (${to}))))`;
}

/** How many there are of each `what` at every place, as groups: one per bucket (null: not a series) and row. */
export function groupsOfPlaces(
  counts: readonly PlaceCount[],
  buckets: readonly (string | null)[],
  what: readonly string[],
): Group[] {
  const rows = new Map<string, { key: string | null; source: string | null; levels: Record<string, number>[] }>();
  const empty = () => buckets.map(() => Object.fromEntries(what.map((name) => [name, 0])));
  for (const { key, source, what: name, places, count } of counts) {
    const id = JSON.stringify([key, source]);
    const row = rows.get(id) ?? { key, source, levels: empty() };
    rows.set(id, row);
    for (const [place, level] of row.levels.entries()) if (places[place] === '1') level[name]! += count;
  }
  // Nobody there is a zero, not nothing, in every bucket of a series.
  if (rows.size === 0) rows.set('', { key: null, source: null, levels: empty() });
  return [...rows.values()].flatMap(({ key, source, levels }) =>
    buckets.map((bucket, place) => ({ bucket, key, source, sums: { counts: levels[place]!, bins: {} } })),
  );
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

/** Every day from `from` up to, but without, `to`. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const days: string[] = [];
  const end = Temporal.PlainDate.from(to);
  for (let day = Temporal.PlainDate.from(from); Temporal.PlainDate.compare(day, end) < 0; day = day.add({ days: 1 }))
    days.push(day.toString());
  return days;
}
