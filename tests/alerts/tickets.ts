import { markAllTickets } from '../../src/facts/verify.ts';
import { rollups } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertTickets } from '../database.ts';
import type { Town } from './town.ts';

let id = 0;
/** So many tickets of one day. */
export async function created(place: Town, day: string, count: number): Promise<void> {
  await insertTickets(
    place.db,
    place.tenantId,
    Array.from({ length: count }, () => ({
      id: String(id++),
      created_at: `${day}T08:00:00Z`,
      priority: 'low',
      status: 'open',
    })),
  );
  await markAllTickets(place.db, place.tenantId);
  await place.db.tx(async (tx) => {
    for (const rollup of rollups) if (rollup.stream === 'ticket') await markAll(tx, rollup, place.tenant);
  });
}
