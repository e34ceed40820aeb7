import { markAllTickets } from '../../src/facts/verify.ts';
import { rollups } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertTickets } from '../database.ts';
import type { Town } from './town.ts';

let id = 0;

/** Writes tickets and lets their aggregates be made anew at the next turn. */
export async function addTickets(place: Town, tickets: readonly Record<string, string | null>[]): Promise<void> {
  const usual = { priority: 'low', status: 'open' };
  await insertTickets(
    place.db,
    place.tenantId,
    tickets.map((ticket) => ({ id: String(id++), ...usual, ...ticket }) as never),
  );
  await stale(place);
}

/** Lets everything that is made of tickets be made anew. */
async function stale(place: Town): Promise<void> {
  await markAllTickets(place.db, place.tenantId);
  await place.db.tx(async (tx) => {
    for (const rollup of rollups) if (rollup.stream === 'ticket') await markAll(tx, rollup, place.tenant);
  });
}

/** So many tickets a day, from a day on, made at noon UTC. */
export function ticketDays(first: string, counts: readonly number[], more: Record<string, string> = {}) {
  return counts.flatMap((count, index) => {
    const day = Temporal.PlainDate.from(first).add({ days: index }).toString();
    return Array.from({ length: count }, () => ({ created_at: `${day}T12:00:00Z`, ...more }));
  });
}
