import { messageOf } from '../lib/errors.ts';
import type { Delivery } from './delivery.ts';
import { carriersOf, type DispatchDeps, type Ended, momentsOf } from './dispatch.ts';
import { claimUnknown, expire, type Resolution, resolve, takeBack } from './ledger.ts';

/**
 * What time does to deliveries besides making them due: takes back those of dead processes, looks for those of unknown
 * outcome, gives up those that are too late.
 */
export async function mendDeliveries(deps: DispatchDeps): Promise<void> {
  const { db, tenantId, log, machine, timing } = deps;
  const taken = await takeBack(db, tenantId, machine.now(), timing.longestCallMs);
  if (taken.freed + taken.unknown > 0) log.warn(taken, 'deliveries of a process that ended were taken back');
  while (await findNext(deps));
  await db.tx(async (tx) => {
    const moments = momentsOf(deps);
    for (const delivery of await expire(tx, tenantId, moments.now)) {
      const reason = 'it was too late to send it';
      log.warn({ delivery: delivery.dedupeKey, reason }, 'a delivery was not sent');
      await deps.onSettled?.(tx, delivery, { kind: 'expired', reason });
    }
  });
}

/** Looks for one delivery of unknown outcome; false when there is none to look for now. */
async function findNext(deps: DispatchDeps): Promise<boolean> {
  const { db, tenantId, timing } = deps;
  const delivery = await claimUnknown(db, tenantId, carriersOf(deps), deps.machine.now(), timing.leaseMs);
  if (!delivery) return false;
  const resolution = await lookFor(deps, delivery);
  const counted = await db.tx(async (tx) => {
    if (!(await resolve(tx, delivery, resolution, momentsOf(deps)))) return false;
    const ended: Ended | undefined =
      resolution.kind === 'sent'
        ? { kind: 'sent' }
        : resolution.kind === 'leave'
          ? { kind: 'unknown', reason: resolution.reason }
          : undefined;
    if (ended) await deps.onSettled?.(tx, delivery, ended);
    return true;
  });
  deps.log.info(
    { delivery: delivery.dedupeKey, resolution: resolution.kind, counted },
    'looked for a delivery of unknown outcome',
  );
  return true;
}

async function lookFor(deps: DispatchDeps, delivery: Delivery): Promise<Resolution> {
  const carrier = deps.carriers[delivery.carrier];
  const { letter } = delivery;
  const found =
    carrier?.find && letter
      ? await carrier
          .find({ ...delivery, letter })
          .catch((error: unknown) => ({ kind: 'cannot tell' as const, reason: messageOf(error), trouble: true }))
      : { kind: 'cannot tell' as const, reason: `${delivery.carrier} cannot be asked what has arrived` };
  if (found.kind === 'arrived') return { kind: 'sent', proof: found.proof };
  if (found.kind === 'absent') return { kind: 'again', reason: 'it was looked for and had not arrived' };
  // Trouble in asking passes; a service that keeps no record will not have one later.
  if ('trouble' in found && Temporal.Instant.compare(deps.clock.now(), delivery.expiresAt) < 0) {
    const at = deps.machine.now().add({ milliseconds: deps.timing.longestCallMs });
    return { kind: 'look again', at, reason: found.reason };
  }
  return delivery.whenUnknown === 'send again'
    ? { kind: 'again', reason: `${found.reason}; sent again, which may double it` }
    : { kind: 'leave', reason: `it may have arrived: ${found.reason}; not sent again` };
}
