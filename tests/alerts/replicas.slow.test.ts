import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { lookAtDue } from '../../src/alerts/look.ts';
import type { Db } from '../../src/db/db.ts';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { dispatchNext } from '../../src/deliveries/dispatch.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import { markAllTickets } from '../../src/facts/verify.ts';
import { bringUpToDate } from '../../src/jobs/upkeep.ts';
import { silentLog } from '../../src/lib/log.ts';
import { rollupsOf } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { Death, mortal } from '../deliveries/post-office.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

/*
 * Several processes look at the same rules and send what they tell, all at once, and each dies in the middle of something
 * again and again: after a statement, before a commit, before a message is handed over, after it arrived. Whatever they do,
 * each time something is not well is one incident with one message, which in the end says that it is over.
 */

const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_122);
const times = Number(process.env.CREMA_PROPERTY_TIMES ?? 1);
const teams = ['north', 'south', 'west'];
const targets = ['C0ALERTS', 'C0OTHERS'];
const minutes = 75;

/** Minutes at which a team begins and ceases to have too many tickets: long enough to be told, and to be over, whoever dies. */
const story = fc
  .array(fc.record({ well: fc.integer({ min: 14, max: 25 }), ill: fc.integer({ min: 6, max: 15 }) }), {
    minLength: 1,
    maxLength: 2,
  })
  .map((parts) => {
    let at = -12;
    return parts.map(({ well, ill }) => {
      const from = at + well;
      at = from + ill;
      return { from, to: at };
    });
  });

interface Arrivals {
  /** How often a delivery arrived. */
  times: Map<number, number>;
  /** What a message says now, by the delivery that made it. */
  shown: Map<string, string>;
}

test.each([2, 3])(
  '%i processes that die tell everything once',
  async (processes) => {
    let incidents = 0;
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...teams.map(() => story)),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 40, maxLength: 40 }),
        async (stories, lives) => {
          const place = await town(database.db, { now: '2026-11-10T09:00:00Z' });
          await place.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
          await place.rule({
            ...{ kind: 'kpi-threshold', kpi: 'tickets today by team', above: 2, group_by: ['team'] },
            to: targets.map((channel) => ({ channel })),
          });
          const arrivals: Arrivals = { times: new Map(), shown: new Map() };
          let life = 0;
          // The last ones live for ever: they clear up.
          const looker = () => mortalProcess(place, arrivals, () => lives[life++] ?? Number.POSITIVE_INFINITY);
          const alive = Array.from({ length: processes }, looker);
          for (let minute = 0; minute < minutes + 20; minute++) {
            place.clock.move(60_000);
            place.machine.move(61_000);
            const isChanged = await follow(place, stories, minute);
            if (isChanged)
              await bringUpToDate(place.db, { tenant: place.tenant, terms: () => place.terms }, place.clock);
            if (minute === minutes) life = lives.length;
            const died = await Promise.all(alive.map((one) => one()));
            for (const [index, isDead] of died.entries()) {
              if (!isDead && minute !== minutes) continue;
              alive[index] = looker();
              if (isDead) deaths++;
            }
          }
          incidents += await check(place, stories, arrivals);
        },
      ),
      { seed, numRuns: 3 * times, endOnFailure: true },
    );
    expect(incidents).toBeGreaterThan(8);
    expect(deaths).toBeGreaterThan(30);
  },
  240_000,
);

/** Makes the tickets of the teams as the stories have them at a minute; says whether that changed anything. */
async function follow(place: Town, stories: readonly { from: number; to: number }[][], minute: number) {
  let changed = false;
  for (const [index, episodes] of stories.entries()) {
    const team_id = teams[index]!;
    if (episodes.some(({ from }) => from === minute)) {
      changed = true;
      const ids = [1, 2, 3].map((number) => `${team_id}-${minute}-${number}`);
      const ticket = { created_at: '2026-11-10T08:00:00Z', priority: 'low', status: 'open', team_id };
      await insertTickets(
        place.db,
        place.tenantId,
        ids.map((id) => ({ ...ticket, id })),
      );
    }
    if (episodes.some(({ to }) => to === minute)) {
      changed = true;
      await place.db.run(sql`
        update crm.tickets set deleted_at = created_at where tenant_id = ${place.tenantId} and team_id = ${team_id}`);
    }
  }
  if (!changed) return false;
  await markAllTickets(place.db, place.tenantId);
  await place.db.tx(async (tx) => {
    for (const rollup of rollupsOf('ticket')) await markAll(tx, rollup, place.tenant);
  });
  return true;
}

/** One process: it looks and sends until it dies after so many steps; says then that it is dead. */
function mortalProcess(place: Town, arrivals: Arrivals, lifeOf: () => number): () => Promise<boolean> {
  let left = lifeOf();
  const died = () => --left < 0;
  const { dispatching, moments } = place;
  const db: Db = mortal(place.db, died);
  const carrier = {
    async send(delivery: Delivery, { handOver }: { handOver: () => Promise<void> }) {
      if (died()) throw new Death();
      await handOver();
      arrivals.times.set(delivery.deliveryId, (arrivals.times.get(delivery.deliveryId) ?? 0) + 1);
      const { text } = delivery.letter!.body as { text: string };
      if (delivery.part !== 'thread') arrivals.shown.set(`${delivery.slot} ${delivery.recipient}`, text);
      if (died()) throw new Death();
      return { kind: 'sent' as const, proof: { channel: delivery.recipient, ts: String(delivery.deliveryId) } };
    },
    find: async ({ deliveryId, part }: Delivery) =>
      arrivals.times.has(deliveryId) && part !== 'edit'
        ? { kind: 'arrived' as const, proof: { channel: '', ts: String(deliveryId) } }
        : { kind: 'absent' as const },
  };
  const deps = { ...dispatching, db, carriers: { slack: carrier } };
  const context = { tenant: place.tenant, settings: {}, terms: place.terms };
  return async () => {
    try {
      await lookAtDue({ db, log: silentLog, context, calendar: () => undefined }, moments());
      await mendDeliveries(deps);
      while (await dispatchNext(deps, new AbortController().signal));
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    return left < 0;
  };
}

/** Compares incidents, deliveries and what arrived with the stories; returns the number of incidents. */
async function check(place: Town, stories: readonly { from: number; to: number }[][], arrivals: Arrivals) {
  const { db, tenantId } = place;
  const found = await db.query<{ id: number; team: string; state: string; announced: boolean }>(sql`
    select incident_id as id, labels ->> 'team' as team, state, announced_at is not null as announced
    from ops.alert_incidents where tenant_id = ${tenantId} order by incident_id`);
  for (const [index, episodes] of stories.entries())
    expect(found.filter(({ team }) => team === teams[index])).toHaveLength(episodes.length);
  for (const { state, announced } of found)
    expect({ state, announced }).toEqual({ state: 'resolved', announced: true });
  const sent = await db.query<{ id: number; slot: string; recipient: string; part: string; state: string }>(sql`
    select delivery_id as id, slot, recipient, part, state from ops.deliveries where tenant_id = ${tenantId}`);
  for (const { id, part, state } of sent) {
    expect(state).toBe('sent');
    // The same change made twice is that change.
    if (part !== 'edit') expect(arrivals.times.get(id)).toBe(1);
  }
  for (const { id } of found)
    for (const recipient of targets) {
      const own = sent.filter((one) => one.slot === `incident ${id}` && one.recipient === recipient);
      expect(own.filter(({ part }) => part === 'main')).toHaveLength(1);
      const [entry] = await db.query<{ told: number }>(sql`
        select count(*)::int as told from ops.alert_history
        where tenant_id = ${tenantId} and incident_id = ${id} and told`);
      expect(own.filter(({ part }) => part === 'thread')).toHaveLength(entry!.told);
      expect(arrivals.shown.get(`incident ${id} ${recipient}`)).toMatch(/^Recovered: /);
    }
  return found.length;
}
