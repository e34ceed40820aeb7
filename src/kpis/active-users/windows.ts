import { addDays, daysBetween } from '../../domain/period.ts';

/** Days of the trailing windows; 28 keep the mix of weekdays the same. */
export const windows = { wau: 7, mau: 28 } as const;

/** Somebody was there on a day. `group` keeps rows of a breakdown apart. */
export interface ActiveDay {
  group: string;
  /** Source and operator. */
  who: string;
  day: string;
}

export interface ActiveCounts {
  dau: number;
  wau: number;
  mau: number;
}

/**
 * Distinct people of every day from `from` to the day before `to`, and of the 7 and 28 days that end with it, by group. In
 * one pass: a day of somebody counts for the windows that end from it until the day before they are there again, at most
 * for the window's length, so that nobody is in a window twice. `days` hold 27 days before `from`, in order for each person.
 */
export function activeCounts(
  days: readonly ActiveDay[],
  { from, to }: { from: string; to: string },
): Map<string, ActiveCounts[]> {
  const length = daysBetween(from, to);
  const changes = new Map<string, { dau: number[]; wau: number[]; mau: number[] }>();
  const places = new Map<string, number>();
  const at = (day: string) => {
    const known = places.get(day);
    if (known !== undefined) return known;
    // Once for each date: counting days by the calendar took longer than all the rest.
    const place = daysBetween(from, day);
    places.set(day, place);
    return place;
  };
  for (const [index, { group, who, day }] of days.entries()) {
    const next = days[index + 1];
    const again = next?.group === group && next.who === who ? at(next.day) : Number.POSITIVE_INFINITY;
    const begin = at(day);
    if (again === begin) continue;
    const lists = changes.get(group) ?? listsOf(length);
    changes.set(group, lists);
    count(lists.dau, begin, begin + 1);
    count(lists.wau, begin, Math.min(begin + windows.wau, again));
    count(lists.mau, begin, Math.min(begin + windows.mau, again));
  }
  return new Map(
    [...changes].map(([group, lists]) => {
      const [dau, wau, mau] = [lists.dau, lists.wau, lists.mau].map(sums) as [number[], number[], number[]];
      return [group, dau.slice(0, length).map((value, index) => ({ dau: value, wau: wau[index]!, mau: mau[index]! }))];
    }),
  );
}

function listsOf(length: number) {
  const list = () => Array.from({ length: length + 1 }, () => 0);
  return { dau: list(), wau: list(), mau: list() };
}

/** One more from `begin` up to the day before `end`, as differences; what lies outside is cut. */
function count(list: number[], begin: number, end: number): void {
  const first = Math.max(0, begin);
  const last = Math.min(list.length - 1, end);
  if (first >= last) return;
  list[first]! += 1;
  list[last]! -= 1;
}

function sums(differences: readonly number[]): number[] {
  let level = 0;
  return differences.map((difference) => (level += difference));
}

/** First day whose rows a question from `from` on needs. */
export function windowStart(from: string): string {
  return addDays(from, 1 - windows.mau);
}
