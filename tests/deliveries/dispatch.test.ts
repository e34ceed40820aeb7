import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { bytesOf } from '../../src/deliveries/artifacts.ts';
import { dispatchNext, type Ended, type Made } from '../../src/deliveries/dispatch.ts';
import { claim } from '../../src/deliveries/ledger.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import { editPace, holdBack, recipientPace } from '../../src/deliveries/paces.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { aDelivery, Death, deps, type HandClock, handClock, mortal, type Trial, world, write } from './post-office.ts';

const database = useDatabase();
const never = new AbortController().signal;
let tenantId = 0;
let clock: HandClock;
let machine: HandClock;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${Math.random().toString(36).slice(2, 10)}`);
  clock = handClock();
  machine = handClock('2026-11-21T10:00:00Z');
});

const sent: Trial = { kind: 'sent', proof: { ts: '1' } };

async function rows() {
  return database.db.query<{
    state: string;
    reason: string | null;
    part: string;
    attempt: number;
    failures: number;
  }>(sql`
    select state, reason, part, attempt, failures from ops.deliveries where tenant_id = ${tenantId} order by delivery_id`);
}

/** Lets time pass and works until nothing more comes of it. */
async function workAll(given: Parameters<typeof dispatchNext>[0], rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await mendDeliveries(given);
    while (await dispatchNext(given, never));
    machine.move(6_000);
  }
}

describe('a delivery', () => {
  test('is made, kept with its files byte for byte, sent and settled with what the service gave', async () => {
    const outside = world(() => sent, true);
    await write(database.db, tenantId, clock, machine, aDelivery());
    expect(await dispatchNext(deps(database.db, tenantId, clock, machine, outside.carrier), never)).toBe(true);
    const [row] = await database.db.query<{ state: string; letter: { files: { hash: string }[] }; proof: unknown }>(sql`
      select state, letter, proof from ops.deliveries where tenant_id = ${tenantId}`);
    expect(row).toMatchObject({ state: 'sent', proof: { ts: '1' } });
    expect((await bytesOf(database.db, tenantId, row!.letter.files[0]!.hash)).toString()).toBe('2026-11-09');
    expect([...outside.arrived.values()]).toEqual([1]);
  });

  test('written twice is there once', async () => {
    expect(await write(database.db, tenantId, clock, machine, aDelivery(), aDelivery())).toHaveLength(1);
    expect(await write(database.db, tenantId, clock, machine, aDelivery())).toEqual([]);
  });

  test('is not taken before it is due, nor by a second process', async () => {
    const given = deps(database.db, tenantId, clock, machine, world(() => sent, true).carrier);
    await write(database.db, tenantId, clock, machine, aDelivery({ dueAt: clock.now().add({ minutes: 1 }) }));
    expect(await dispatchNext(given, never)).toBe(false);
    clock.move(60_000);
    const moments = { now: clock.now(), machine: machine.now() };
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toBeDefined();
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toBeUndefined();
  });

  test('to somebody whose pace has no place soon lets those to others go first', async () => {
    await write(database.db, tenantId, clock, machine, aDelivery(), aDelivery({ recipient: 'C2' }));
    const moments = { now: clock.now(), machine: machine.now() };
    await holdBack(database.db, tenantId, recipientPace('slack', 'C1'), machine.now().add({ seconds: 30 }));
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toMatchObject({ recipient: 'C2' });
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toBeUndefined();
    machine.move(29_500);
    const later = { now: clock.now(), machine: machine.now() };
    expect(await claim(database.db, tenantId, ['slack'], later, 10_000)).toMatchObject({ recipient: 'C1' });
  });

  test('that changes a message lets new ones go first while the pace of changes is full', async () => {
    const [first] = await write(database.db, tenantId, clock, machine, aDelivery());
    await database.db.run(sql`update ops.deliveries set state = 'sent' where delivery_id = ${first}`);
    await write(database.db, tenantId, clock, machine, aDelivery({ part: 'edit', revision: 2, afterId: first! }));
    await write(database.db, tenantId, clock, machine, aDelivery({ slot: 'later' }));
    const moments = { now: clock.now(), machine: machine.now() };
    await holdBack(database.db, tenantId, editPace('slack'), machine.now().add({ seconds: 30 }));
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toMatchObject({ part: 'main' });
    expect(await claim(database.db, tenantId, ['slack'], moments, 10_000)).toBeUndefined();
    machine.move(29_500);
    const later = { now: clock.now(), machine: machine.now() };
    expect(await claim(database.db, tenantId, ['slack'], later, 10_000)).toMatchObject({ part: 'edit' });
  });

  test('of a process that died before it was handed over is sent by another, once', async () => {
    const trials: Trial[] = [{ kind: 'dies before' }, sent];
    let dead = false;
    const outside = world(() => {
      const trial = trials.shift()!;
      dead = trial.kind === 'dies before';
      return trial;
    }, false);
    await write(database.db, tenantId, clock, machine, aDelivery());
    const dying = deps(
      mortal(database.db, () => dead),
      tenantId,
      clock,
      machine,
      outside.carrier,
    );
    await expect(dispatchNext(dying, never)).rejects.toThrow(Death);
    expect(await rows()).toMatchObject([{ state: 'sending' }]);
    machine.move(11_000);
    await workAll(deps(database.db, tenantId, clock, machine, outside.carrier), 2);
    expect(await rows()).toMatchObject([{ state: 'sent', attempt: 2 }]);
    expect([...outside.arrived.values()]).toEqual([1]);
  });

  test.each([
    { arrived: true, canTell: true, state: 'sent', times: 1 },
    { arrived: false, canTell: true, state: 'sent', times: 1 },
    { arrived: true, canTell: false, state: 'unknown', times: 1 },
    { arrived: false, canTell: false, state: 'unknown', times: 0 },
  ])(
    'of a process that died while sending a digest (arrived: $arrived, can be asked: $canTell) ends $state, $times there',
    async ({ arrived, canTell, state, times }) => {
      const trials: Trial[] = [{ kind: 'dies after', arrived }, sent];
      let dead = false;
      const outside = world(() => {
        const trial = trials.shift()!;
        dead = trial.kind === 'dies after';
        return trial;
      }, canTell);
      await write(database.db, tenantId, clock, machine, aDelivery());
      // It dies inside the call: what it writes before that is written.
      const dying = deps(
        mortal(database.db, () => dead && outside.tries > 0),
        tenantId,
        clock,
        machine,
        outside.carrier,
      );
      const original = outside.carrier.send;
      outside.carrier.send = (delivery, handing) =>
        original(delivery, {
          ...handing,
          handOver: async () => {
            const was = dead;
            dead = false;
            await handing.handOver();
            dead = was;
          },
        });
      await expect(dispatchNext(dying, never)).rejects.toThrow(Death);
      machine.move(11_000);
      await workAll(deps(database.db, tenantId, clock, machine, outside.carrier), 6);
      expect(await rows()).toMatchObject([{ state }]);
      expect([...outside.arrived.values()].reduce((sum, count) => sum + count, 0)).toBe(times);
    },
  );

  test('of unknown outcome is sent again when it is an alert, and says so', async () => {
    const trials: (Trial & { arrives?: boolean })[] = [{ kind: 'unknown', reason: 'cut off', arrives: true }, sent];
    const outside = world(() => trials.shift()!, false);
    await write(database.db, tenantId, clock, machine, aDelivery({ kind: 'alert' }));
    await workAll(deps(database.db, tenantId, clock, machine, outside.carrier), 3);
    expect(await rows()).toMatchObject([{ state: 'sent' }]);
    expect([...outside.arrived.values()]).toEqual([2]);
  });

  test('that the service did not take is tried again after a while, with the same bytes', async () => {
    const trials: Trial[] = [
      { kind: 'again', reason: 'busy', afterMs: 2_000 },
      { kind: 'again', reason: 'busy' },
      sent,
    ];
    const outside = world(() => trials.shift()!, false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    let made = 0;
    given.make = { digest: async () => ({ kind: 'letter', letter: { body: { made: ++made }, files: [] } }) };
    await write(database.db, tenantId, clock, machine, aDelivery());
    expect(await dispatchNext(given, never)).toBe(true);
    machine.move(1_999);
    expect(await dispatchNext(given, never)).toBe(false);
    machine.move(1);
    expect(await dispatchNext(given, never)).toBe(true);
    await workAll(given, 2);
    expect(await rows()).toMatchObject([{ state: 'sent', failures: 2 }]);
    expect(made).toBe(1);
  });

  test('refused for good takes with it what hangs on it, and its end is told in the same transaction', async () => {
    const outside = world(() => ({ kind: 'refused', reason: 'gone', whose: 'recipient' }), false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    const thread = aDelivery({ part: 'thread' });
    given.make = {
      digest: async () => ({ kind: 'letter', letter: { body: {}, files: [] }, also: [thread] }),
    };
    const told: Ended[] = [];
    given.onSettled = async (tx, _delivery, ended) => {
      told.push(ended);
      await tx.run(sql`update ops.tenants set name = 'told' where tenant_id = ${tenantId}`);
    };
    await write(database.db, tenantId, clock, machine, aDelivery());
    await workAll(given, 2);
    expect(await rows()).toMatchObject([
      { part: 'main', state: 'failed', reason: 'gone' },
      { part: 'thread', state: 'skipped' },
    ]);
    expect(told).toEqual([{ kind: 'refused', reason: 'gone', whose: 'recipient' }]);
  });

  test('that hangs on another goes out after it, with what the service gave for that one', async () => {
    const outside = world(() => sent, false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    const parents: unknown[] = [];
    const original = outside.carrier.send;
    outside.carrier.send = (delivery, handing) => {
      parents.push([delivery.part, delivery.parentProof]);
      return original(delivery, handing);
    };
    const followed: Made = {
      kind: 'letter',
      letter: { body: {}, files: [] },
      also: [aDelivery({ part: 'thread', letter: { body: { text: 'details' }, files: [] } })],
    };
    given.make = { digest: async () => followed };
    await write(database.db, tenantId, clock, machine, aDelivery());
    await workAll(given, 2);
    expect(parents).toEqual([
      ['main', null],
      ['thread', { ts: '1' }],
    ]);
  });

  test('waits for data as long as making it says so, which is no failure', async () => {
    const outside = world(() => sent, false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    let asked = 0;
    given.make = {
      digest: async (_delivery, { now }) =>
        ++asked < 30
          ? { kind: 'wait', until: now.add({ seconds: 30 }), reason: 'crm:ticket is behind' }
          : { kind: 'letter', letter: { body: {}, files: [] } },
    };
    await write(database.db, tenantId, clock, machine, aDelivery());
    for (let turn = 0; turn < 30; turn++) {
      await dispatchNext(given, never);
      clock.move(30_000);
    }
    expect(await rows()).toMatchObject([{ state: 'sent', failures: 0 }]);
    expect(asked).toBe(30);
  });

  test('that cannot be made is given up after some tries, with the reason', async () => {
    const given = deps(database.db, tenantId, clock, machine, world(() => sent, false).carrier);
    given.make = {
      digest: async () => {
        throw new Error('the printer is on fire');
      },
    };
    await write(database.db, tenantId, clock, machine, aDelivery());
    await workAll(given, 12);
    expect(await rows()).toMatchObject([{ state: 'failed', reason: 'making it failed: the printer is on fire' }]);
  });

  test('too late is given up, not sent', async () => {
    const outside = world(() => ({ kind: 'again', reason: 'down' }), false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    await write(database.db, tenantId, clock, machine, aDelivery());
    await dispatchNext(given, never);
    clock.move(4 * 3_600_000 + 1);
    const told: Ended[] = [];
    given.onSettled = async (_tx, _delivery, ended) => void told.push(ended);
    await mendDeliveries(given);
    expect(await rows()).toMatchObject([{ state: 'failed', reason: 'it was too late to send it; before: down' }]);
    expect(told.map(({ kind }) => kind)).toEqual(['expired']);
  });

  test('whose answer comes after its lease has run out still counts, as nobody else has begun', async () => {
    const outside = world(() => sent, false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    const original = outside.carrier.send;
    outside.carrier.send = async (delivery, handing) => {
      const outcome = await original(delivery, handing);
      machine.move(11_000);
      await mendDeliveries(given);
      expect(await rows()).toMatchObject([{ state: 'unknown' }]);
      return outcome;
    };
    await write(database.db, tenantId, clock, machine, aDelivery());
    await dispatchNext(given, never);
    expect(await rows()).toMatchObject([{ state: 'sent' }]);
  });

  test('that was taken over before it was handed over is not sent by the one that was too slow', async () => {
    const outside = world(() => sent, false);
    const given = deps(database.db, tenantId, clock, machine, outside.carrier);
    const original = outside.carrier.send;
    let slow = true;
    outside.carrier.send = async (delivery, handing) => {
      if (slow) {
        slow = false;
        machine.move(11_000);
        await mendDeliveries(given);
        await dispatchNext(given, never);
      }
      return original(delivery, handing);
    };
    await write(database.db, tenantId, clock, machine, aDelivery());
    await dispatchNext(given, never);
    expect(await rows()).toMatchObject([{ state: 'sent', attempt: 2 }]);
    expect([...outside.arrived.values()]).toEqual([1]);
  });
});
