import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { drain, verify } from '../../src/rollups/engine.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { rollupsOf } from '../rollups/of-streams.ts';
import { deleteTickets, type TicketState, writeTickets, writtenAt } from './batches.ts';

const database = useDatabase();
const rollups = rollupsOf('ticket');

/** A record's life: a state (or deletion) per version, from 1. */
const life = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        status: fc.constantFrom('new', 'open', 'resolved'),
        day: fc.integer({ min: 1, max: 5 }),
        team: fc.constantFrom('t1', 't2', null),
      }),
    },
    { weight: 1, arbitrary: fc.constant('deleted' as const) },
  ),
  { minLength: 1, maxLength: 5 },
);

test('batches in any order, repeated or not, end in the newest state of each record, and drain equals rebuild', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
      async (lives, shuffled) => {
        const timezone = 'America/New_York';
        const tenant = { tenantId: await makeTenant(database.db, `order-${++run}`, { timezone }), timezone };
        // Random batches first, then every event once in descending order of versions: the worst there is.
        const batches = shuffled.map((picks) =>
          picks.map(([record, event]) => [record % lives.length, event] as const),
        );
        const longest = Math.max(...lives.map((events) => events.length));
        for (let event = longest - 1; event >= 0; event--)
          batches.push(lives.map((_, record) => [record, event] as const));
        for (const [index, batch] of batches.entries()) {
          const states = new Map<string, TicketState>();
          for (const [record, picked] of batch) {
            const events = lives[record]!;
            const event = picked % events.length;
            const what = events[event]!;
            if (what === 'deleted') await deleteTickets(database.db, tenant, [`r${record}`], event + 1);
            else {
              states.set(`r${record}`, {
                id: `r${record}`,
                version: event + 1,
                created_at: `2026-03-0${what.day}T03:00:00Z`,
                resolved_at: what.status === 'resolved' ? `2026-03-0${what.day}T20:00:00Z` : null,
                status: what.status,
                team_id: what.team,
              });
            }
          }
          if (states.size > 0) await writeTickets(database.db, tenant, [...states.values()]);
          if (index % 3 === 1) for (const rollup of rollups) await drain(database.db, rollup, tenant, writtenAt);
        }
        const stored = await database.db.query(sql`
          select id, status, team_id from crm.tickets
          where tenant_id = ${tenant.tenantId} and deleted_at is null order by id`);
        const newest = lives.flatMap((events, record) => {
          const last = events.at(-1)!;
          return last === 'deleted' ? [] : [{ id: `r${record}`, status: last.status, team_id: last.team }];
        });
        expect(stored).toEqual(newest);
        for (const rollup of rollups) {
          expect(await verify(database.db, rollup, tenant, writtenAt)).toMatchObject({ differing: 0 });
        }
      },
    ),
    { numRuns: 30 },
  );
});
