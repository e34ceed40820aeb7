import type { RunningClock } from './read.ts';

/** The next so many minutes are what a message leads with, as the answer to `/kpi sla` does. */
export const forecastMinutes = 60;

/** Tickets that breach within the hour if nothing more happens to them. Instants are epoch milliseconds. */
export interface Forecast {
  tickets: number;
  unassigned: number;
  firstAt: number;
  lastAt: number;
}

/** Of some clocks that run, as of a moment: each ticket counts once, by the target that passes first. Null: of none. */
export function forecastOf(clocks: readonly RunningClock[], now: number): Forecast | null {
  const until = now + forecastMinutes * 60_000;
  const due = new Map<string, { at: number; assigned: boolean }>();
  for (const { ticket, dueAt } of clocks) {
    if (dueAt === null || dueAt <= now || dueAt > until) continue;
    const known = due.get(ticket.key);
    if (!known || dueAt < known.at) due.set(ticket.key, { at: dueAt, assigned: ticket.operator !== '' });
  }
  if (due.size === 0) return null;
  let [firstAt, lastAt, unassigned] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const { at, assigned } of due.values()) {
    firstAt = Math.min(firstAt, at);
    lastAt = Math.max(lastAt, at);
    if (!assigned) unassigned += 1;
  }
  return { tickets: due.size, unassigned, firstAt, lastAt };
}
