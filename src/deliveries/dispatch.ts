import type { Db, Queryable } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { bytesOf, keepFiles, type RawLetter } from './artifacts.ts';
import type { Carrier, CarrierId, Delivery, DeliveryKind, Handing, Letter, NewDelivery, Outcome } from './delivery.ts';
import {
  claim,
  keepLetter,
  keepProof,
  type Moments,
  markHanded,
  record,
  renew,
  type Settlement,
  settle,
} from './ledger.ts';

/** What making the letter of a delivery comes to. */
export type Made =
  /** `also`: what is to follow once it has been sent; `afterId` is filled in. */
  | { kind: 'letter'; letter: RawLetter; editionId?: number; also?: readonly NewDelivery[] }
  /** Data is not there yet; of the business clock. */
  | { kind: 'wait'; until: Temporal.Instant; reason: string }
  /** Nothing may be shown to the recipient any more: as if the service had refused them. */
  | { kind: 'refused'; reason: string }
  /** By policy nothing is sent. */
  | { kind: 'skip'; reason: string };

export interface MakeContext {
  now: Temporal.Instant;
  signal: AbortSignal;
}

/**
 * Makes what goes out, for one kind of delivery. It may be called again at any time, by another process too, until a
 * letter has been kept; from then on the same bytes are sent however often it is tried. Throws when something is
 * broken: it is then tried again, with `delivery.failures` one higher.
 */
export type Make = (delivery: Delivery, context: MakeContext) => Promise<Made>;

/** In milliseconds. */
export interface DeliveryTiming {
  /** How long a delivery is a process's without being renewed. */
  leaseMs: number;
  beatMs: number;
  /** The longest call of a carrier: what is of unknown outcome is not looked for earlier. */
  longestCallMs: number;
  /** First wait after something that may go through later; it doubles, up to `longestWaitMs`. */
  retryBaseMs: number;
  longestWaitMs: number;
  /** Between looks for what has become ready. */
  pollMs: number;
}

export const usualDeliveryTiming: DeliveryTiming = {
  leaseMs: 60_000,
  beatMs: 15_000,
  longestCallMs: 30_000,
  retryBaseMs: 2_000,
  longestWaitMs: 5 * 60_000,
  pollMs: 1_000,
};

export interface DispatchDeps {
  db: Db;
  tenantId: number;
  clock: Clock;
  /** Leases and waits. Replicas' have to agree within seconds. */
  machine: Clock;
  log: Log;
  carriers: Readonly<Partial<Record<CarrierId, Carrier>>>;
  make: Readonly<Partial<Record<DeliveryKind, Make>>>;
  timing: DeliveryTiming;
  /** Told in the transaction that settles it, so that what follows from it is there with it or not at all. */
  onSettled?: (tx: Queryable, delivery: Delivery, ended: Ended) => Promise<void>;
  observe?: (delivery: Delivery, ended: Ended) => void;
}

/** How a delivery has ended, as far as it has. */
export type Ended =
  | { kind: 'sent' }
  | { kind: 'refused'; reason: string; whose: 'recipient' | 'sender' | 'letter' }
  | { kind: 'expired'; reason: string }
  | { kind: 'unknown'; reason: string }
  | { kind: 'skipped'; reason: string };

/** Failures of making a letter after which it is given up. */
const mostMakes = 8;

export function momentsOf({ clock, machine }: DispatchDeps): Moments {
  return { now: clock.now(), machine: machine.now() };
}

export function carriersOf({ carriers }: DispatchDeps): CarrierId[] {
  return Object.keys(carriers) as CarrierId[];
}

/**
 * Takes the next delivery that is ready, makes it, sends it and settles it. False when none was ready. Rejects only for
 * trouble with the database; the delivery is then taken back when its lease has run out.
 */
export async function dispatchNext(deps: DispatchDeps, stop: AbortSignal): Promise<boolean> {
  const { db, timing } = deps;
  const delivery = await claim(db, deps.tenantId, carriersOf(deps), momentsOf(deps), timing.leaseMs);
  if (!delivery) return false;
  const log = deps.log.child({ delivery: delivery.dedupeKey, attempt: delivery.attempt });
  const lease = keepLease(deps, delivery, log);
  try {
    const signal = AbortSignal.any([stop, lease.lost]);
    const settlement = await attempt(deps, delivery, { signal, log });
    await close(deps, delivery, settlement, log);
  } finally {
    lease.stop();
  }
  return true;
}

interface Attempt {
  signal: AbortSignal;
  log: Log;
}

async function attempt(deps: DispatchDeps, delivery: Delivery, { signal, log }: Attempt): Promise<Settlement> {
  const letter = delivery.letter ?? (await makeLetter(deps, delivery, { signal, log }));
  if ('kind' in letter) return letter;
  const carrier = deps.carriers[delivery.carrier];
  if (!carrier) return { kind: 'refused', reason: `there is no ${delivery.carrier} here`, whose: 'sender' };
  let handed = false;
  let { proof } = delivery;
  const handing: Handing = {
    signal,
    bytesOf: ({ hash }) => bytesOf(deps.db, delivery.tenantId, hash),
    async handOver() {
      signal.throwIfAborted();
      if (!(await markHanded(deps.db, delivery, deps.machine.now(), deps.timing.leaseMs)))
        throw new Error('the delivery has been taken over');
      handed = true;
    },
    async keep(next) {
      proof = next;
      await keepProof(deps.db, delivery, next);
    },
  };
  let outcome: Outcome;
  try {
    outcome = await carrier.send({ ...delivery, letter, proof }, handing);
  } catch (error) {
    // Before it was handed over nothing can have happened; behind that, anything.
    log.warn({ err: error }, 'sending a delivery broke');
    outcome = { kind: handed ? 'unknown' : 'again', reason: messageOf(error) };
  }
  return settlementOf(deps, delivery, outcome);
}

/** Either the letter, kept, or what came of the attempt to make it. */
async function makeLetter(
  deps: DispatchDeps,
  delivery: Delivery,
  { signal, log }: Attempt,
): Promise<Letter | Settlement> {
  const make = deps.make[delivery.kind];
  if (!make) return { kind: 'refused', reason: `nothing here makes a ${delivery.kind}`, whose: 'letter' };
  let made: Made;
  try {
    made = await make(delivery, { now: deps.clock.now(), signal });
  } catch (error) {
    log.warn({ err: error }, 'making a delivery failed');
    const reason = `making it failed: ${messageOf(error)}`;
    if (delivery.failures + 1 >= mostMakes) return { kind: 'refused', reason, whose: 'letter' };
    return { kind: 'again', reason, notBefore: retryAt(deps, delivery) };
  }
  if (made.kind === 'wait') return { kind: 'wait', reason: made.reason, until: made.until };
  if (made.kind === 'skip') return { kind: 'skip', reason: made.reason };
  if (made.kind === 'refused') return { kind: 'refused', reason: made.reason, whose: 'recipient' };
  const { letter: raw, also = [], editionId = null } = made;
  return deps.db.tx(async (tx) => {
    const moments = momentsOf(deps);
    const letter = await keepFiles(tx, delivery.tenantId, raw, moments.now);
    if (!(await keepLetter(tx, delivery, letter, editionId))) throw new Error('the delivery has been taken over');
    await record(
      tx,
      delivery.tenantId,
      also.map((one) => ({ ...one, afterId: delivery.deliveryId })),
      moments,
    );
    return letter;
  });
}

function settlementOf(deps: DispatchDeps, delivery: Delivery, outcome: Outcome): Settlement {
  switch (outcome.kind) {
    case 'sent':
    case 'refused':
      return outcome;
    case 'again': {
      const { reason, proof, afterMs } = outcome;
      const earliest = retryAt(deps, delivery);
      const asked = afterMs === undefined ? earliest : deps.machine.now().add({ milliseconds: Math.ceil(afterMs) });
      return { kind: 'again', reason, notBefore: asked, ...(proof ? { proof } : {}) };
    }
    case 'unknown': {
      const findAt = deps.machine.now().add({ milliseconds: deps.timing.longestCallMs });
      return { ...outcome, findAt };
    }
  }
}

/** A random part of a span that doubles with each failure: what failed together does not come back together. */
function retryAt({ machine, timing }: DispatchDeps, { failures }: Delivery): Temporal.Instant {
  const span = Math.min(timing.longestWaitMs, timing.retryBaseMs * 2 ** failures);
  return machine.now().add({ milliseconds: Math.round(span * (0.1 + 0.9 * Math.random())) });
}

async function close(deps: DispatchDeps, delivery: Delivery, settlement: Settlement, log: Log): Promise<void> {
  const ended = endOf(settlement);
  const counted = await deps.db.tx(async (tx) => {
    if (!(await settle(tx, delivery, settlement, deps.clock.now()))) return false;
    if (ended) await deps.onSettled?.(tx, delivery, ended);
    return true;
  });
  const reason = 'reason' in settlement ? settlement.reason : undefined;
  if (!counted) log.warn({ outcome: settlement.kind }, 'a delivery was taken over; this outcome does not count');
  else if (settlement.kind === 'sent') log.info({ proof: settlement.proof }, 'delivered');
  else if (settlement.kind === 'wait') log.info({ reason, until: settlement.until.toString() }, 'a delivery waits');
  else log.warn({ outcome: settlement.kind, reason }, 'a delivery was not sent');
  if (counted && ended) deps.observe?.(delivery, ended);
}

function endOf(settlement: Settlement): Ended | undefined {
  switch (settlement.kind) {
    case 'sent':
      return { kind: 'sent' };
    case 'refused':
      return settlement;
    case 'skip':
      return { kind: 'skipped', reason: settlement.reason };
    default:
      return undefined;
  }
}

/** Renews the lease again and again; `lost` aborts when the delivery has been taken over. */
function keepLease(deps: DispatchDeps, delivery: Delivery, log: Log): { lost: AbortSignal; stop: () => void } {
  const { db, machine, timing } = deps;
  const lost = new AbortController();
  async function beat(): Promise<void> {
    try {
      if (!(await renew(db, delivery, machine.now().add({ milliseconds: timing.leaseMs }))))
        lost.abort(new Error('the delivery has been taken over'));
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the lease of a delivery was not renewed');
    }
  }
  const timer = setInterval(() => void beat(), timing.beatMs);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
