import type { Company } from './company.ts';

/** What begins on each local day of a company and changes for a while after: tickets, leads, outreach. */
export interface DayBook<T> {
  /** What began on a day, whole lives. */
  of(day: number): readonly T[];
  /** What began before `now` and could have changed at `since` or later (epoch seconds), by the day on which it began. */
  since(since: number, now: number): Generator<T>;
}

/** Days kept at a time: those that still change, and a year of those that do not. */
const mostKept = 500;

/** `made` is pure; `endsAt` is the last moment at which anything happens to one (epoch seconds). */
export function createDayBook<T>(
  company: Company,
  made: (day: number) => readonly T[],
  endsAt: (life: T) => number,
): DayBook<T> {
  const kept = new Map<number, readonly T[]>();
  /** Of every day seen, when its last life ends: days that are over need not be made again. */
  const over = new Map<number, number>();
  function of(day: number): readonly T[] {
    if (day < 0) return [];
    const known = kept.get(day);
    if (known) return known;
    const lives = made(day);
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
    kept.set(day, lives);
    over.set(day, Math.max(Number.NEGATIVE_INFINITY, ...lives.map(endsAt)));
    return lives;
  }
  return {
    of,
    *since(since, now) {
      const last = company.dayAt(now);
      for (let day = 0; day <= last; day++) if ((over.get(day) ?? since) >= since) yield* of(day);
    },
  };
}
