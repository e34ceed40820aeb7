import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { makeTenant, useDatabase } from '../database.ts';
import { type TicketState, writeTickets } from './batches.ts';

const database = useDatabase();
const tracked = ['status', 'priority', 'operator_id', 'team_id'] as const;
type Tracked = Record<(typeof tracked)[number], string | null>;

const aState: fc.Arbitrary<Tracked> = fc.record({
  status: fc.constantFrom('new', 'open', 'resolved', null),
  priority: fc.constantFrom('low', 'high', null),
  operator_id: fc.constantFrom('o1', 'o2', null),
  team_id: fc.constantFrom('t1', null),
});

let count = 0;
async function aTenant() {
  return { tenantId: await makeTenant(database.db, `changes-${++count}`), timezone: 'UTC' };
}

const changesOf = (tenantId: number) =>
  database.db.query<{ field: keyof Tracked; old: string | null; new: string | null; micros: number }>(sql`
    select field, old, new, (extract(epoch from c.at) * 1000000)::bigint as micros from crm.changes c
    where tenant_id = ${tenantId} order by c.at, c.id`);

/** Goes on from a state by changes, each of which has to start from what is there. */
function replay(from: Tracked, changes: Awaited<ReturnType<typeof changesOf>>): Tracked {
  const state = { ...from };
  for (const change of changes) {
    expect(state[change.field]).toBe(change.old);
    state[change.field] = change.new;
  }
  return state;
}

const at = (minute: number) => Temporal.Instant.from('2026-03-01T00:00Z').add({ minutes: minute });
const row = (state: Tracked, version: number): TicketState => ({
  id: 'a',
  version,
  created_at: '2026-03-01T00:00Z',
  ...state,
});

test('the changes of a source of snapshots replay to the state at every moment, whatever came late', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), aState), { minLength: 1, maxLength: 10 }), async (given) => {
      const tenant = await aTenant();
      const taken: { micros: number; state: Tracked }[] = [];
      for (const [minute, state] of given) {
        const micros = at(minute).epochMilliseconds * 1000;
        const { older } = await writeTickets(database.db, tenant, [row(state, micros)], { version: 'time' });
        if (older === 0) taken.push({ micros, state });
      }
      const changes = await changesOf(tenant.tenantId);
      const first = taken[0]!.state;
      for (const [index, { micros, state }] of taken.entries()) {
        // Of a moment that was corrected, the last word counts.
        if (taken[index + 1]?.micros === micros) continue;
        expect(
          replay(
            first,
            changes.filter((change) => change.micros <= micros),
          ),
        ).toEqual(state);
      }
    }),
    { numRuns: 20, seed: 20_260_303 },
  );
});

test('changes lead to what is stored in the order of their time, even if versions stop being times or the clock is put back', async () => {
  const aWrite = fc.record({ kind: fc.constantFrom('counter', 'time', 'run'), minute: fc.nat(30), state: aState });
  await fc.assert(
    fc.asyncProperty(fc.array(aWrite, { minLength: 2, maxLength: 10 }), async (writes) => {
      const tenant = await aTenant();
      const states: { changes: number; state: Tracked }[] = [];
      for (const [index, { kind, minute, state }] of writes.entries()) {
        const version = kind === 'counter' ? index : at(minute).epochMilliseconds * 1000;
        await writeTickets(database.db, tenant, [row(state, version)], { version: kind, at: at(minute) });
        const [stored] = await database.db.query<Tracked>(sql`
          select status, priority, operator_id, team_id from crm.tickets where tenant_id = ${tenant.tenantId}`);
        states.push({ changes: (await changesOf(tenant.tenantId)).length, state: stored! });
      }
      const changes = await changesOf(tenant.tenantId);
      for (const { changes: known, state } of states)
        expect(replay(states[0]!.state, changes.slice(0, known))).toEqual(state);
    }),
    { numRuns: 20, seed: 20_260_304 },
  );
});
