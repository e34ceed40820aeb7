import type { Db } from '../../src/db/db.ts';
import type { Carrier, NewDelivery, Outcome } from '../../src/deliveries/delivery.ts';
import type { DeliveryTiming, DispatchDeps } from '../../src/deliveries/dispatch.ts';
import { record } from '../../src/deliveries/ledger.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

/** Clocks that stand still until they are moved, and an outside world that does as it is told. */

export interface HandClock extends Clock {
  move(milliseconds: number): void;
}

export function handClock(start = '2026-11-09T01:30:00Z'): HandClock {
  let at = Temporal.Instant.from(start);
  return {
    now: () => at,
    move(milliseconds) {
      at = at.add({ milliseconds });
    },
  };
}

export const quickTiming: DeliveryTiming = {
  leaseMs: 10_000,
  beatMs: 3_600_000,
  longestCallMs: 5_000,
  retryBaseMs: 1_000,
  longestWaitMs: 4_000,
  pollMs: 10,
};

/** How one try to send goes: what the world has of it then, and what the sender is told. */
export type Trial = Outcome | { kind: 'dies before' } | { kind: 'dies after'; arrived: boolean };

export interface World {
  carrier: Carrier;
  /** Of what arrived, by delivery: how often. */
  arrived: Map<number, number>;
  tries: number;
}

/** Thrown by a try in which the process dies: nothing after it happens, above all no settling. */
export class Death extends Error {}

/** `canTell`: whether the world can be asked what has arrived. */
export function world(next: (deliveryId: number) => Trial & { arrives?: boolean }, canTell: boolean): World {
  const arrived = new Map<number, number>();
  const arrive = (id: number) => arrived.set(id, (arrived.get(id) ?? 0) + 1);
  const made: World = {
    arrived,
    tries: 0,
    carrier: {
      async send({ deliveryId }, { handOver }) {
        made.tries += 1;
        const trial = next(deliveryId);
        if (trial.kind === 'dies before') throw new Death();
        await handOver();
        if (trial.kind === 'dies after') {
          if (trial.arrived) arrive(deliveryId);
          throw new Death();
        }
        if (trial.kind === 'sent' || (trial.kind === 'unknown' && trial.arrives)) arrive(deliveryId);
        return trial;
      },
      ...(canTell && {
        find: async ({ deliveryId }) =>
          arrived.has(deliveryId) ? { kind: 'arrived', proof: { ts: String(deliveryId) } } : { kind: 'absent' },
      }),
    },
  };
  return made;
}

/** A database whose process is dead once `died` says so: whatever it still wants to write does not come about. */
export function mortal(db: Db, died: () => boolean): Db {
  const check = () => {
    if (died()) throw new Death();
  };
  return {
    ...db,
    async tx(work, options) {
      check();
      return db.tx(async (tx) => {
        const result = await work(tx);
        check();
        return result;
      }, options);
    },
    async run(statement) {
      check();
      return db.run(statement);
    },
    async query(statement) {
      check();
      return db.query(statement);
    },
  };
}

export function deps(db: Db, tenantId: number, clock: Clock, machine: Clock, carrier: Carrier): DispatchDeps {
  return {
    ...{ db, tenantId, clock, machine, log: silentLog, timing: quickTiming },
    carriers: { slack: carrier },
    make: {
      digest: async (delivery) => ({
        kind: 'letter',
        letter: {
          body: { text: delivery.slot },
          files: [{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from(delivery.slot) }],
        },
      }),
      alert: async () => ({ kind: 'letter', letter: { body: { text: 'alert' }, files: [] } }),
    },
  };
}

export function aDelivery(overrides: Partial<NewDelivery> = {}): NewDelivery {
  const dueAt = Temporal.Instant.from('2026-11-09T01:30:00Z');
  return {
    ...{ kind: 'digest', subscriptionId: 1, slot: '2026-11-09', carrier: 'slack', recipient: 'C1', dueAt },
    expiresAt: dueAt.add({ hours: 4 }),
    ...overrides,
  };
}

export async function write(db: Db, tenantId: number, clock: Clock, machine: Clock, ...deliveries: NewDelivery[]) {
  return record(db, tenantId, deliveries, { now: clock.now(), machine: machine.now() });
}
