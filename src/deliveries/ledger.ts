import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import {
  type CarrierId,
  type Delivery,
  dedupeKeyOf,
  type Letter,
  type NewDelivery,
  type Outcome,
  type Proof,
  policyOf,
} from './delivery.ts';

/** The two clocks of a row: business time, by which it is due, and the machines' time, by which leases and waits run. */
export interface Moments {
  now: Temporal.Instant;
  machine: Temporal.Instant;
}

/** Writes deliveries that are not there yet, and returns the ids of those that are new. */
export async function record(
  tx: Queryable,
  tenantId: number,
  deliveries: readonly NewDelivery[],
  { now, machine }: Moments,
): Promise<number[]> {
  const ids: number[] = [];
  for (const one of deliveries) {
    const { kind, subscriptionId, slot, carrier, recipient, part = 'main', revision = 0, skipped } = one;
    const rows = await tx.query<{ id: number }>(sql`
      insert into ops.deliveries (tenant_id, dedupe_key, kind, subscription_id, slot, carrier, recipient, part, revision,
        when_unknown, after_id, due_at, deadline_at, expires_at, ready_at, state, reason, not_before, edition_id, letter,
        created_at, settled_at)
      values (${tenantId}, ${dedupeKeyOf(one)}, ${kind}, ${subscriptionId}, ${slot}, ${carrier}, ${recipient}, ${part},
        ${revision}, ${policyOf[kind]}, ${one.afterId ?? null}, ${one.dueAt.toString()},
        ${(one.deadlineAt ?? one.dueAt).toString()}, ${one.expiresAt.toString()}, ${one.dueAt.toString()},
        ${skipped === undefined ? 'pending' : 'skipped'}, ${skipped ?? null}, ${machine.toString()},
        ${one.editionId ?? null}, ${one.letter ? JSON.stringify(one.letter) : null}::jsonb, ${now.toString()},
        ${skipped === undefined ? null : now.toString()})
      on conflict (tenant_id, dedupe_key) do nothing
      returning delivery_id as id`);
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

const columns = sql`
  d.tenant_id as "tenantId", d.delivery_id as "deliveryId", d.dedupe_key as "dedupeKey", d.kind,
  d.subscription_id as "subscriptionId", d.slot, d.carrier, d.recipient, d.part, d.revision,
  d.when_unknown as "whenUnknown", d.after_id as "afterId", d.due_at as "dueAt", d.deadline_at as "deadlineAt",
  d.expires_at as "expiresAt", d.attempt, d.handed_at as "handedAt", d.failures, d.edition_id as "editionId", d.letter, d.proof,
  (select p.proof from ops.deliveries p where p.tenant_id = d.tenant_id and p.delivery_id = d.after_id) as "parentProof"`;

/**
 * What may go at once is taken first, then what has its place within a second, for which somebody waits. What has it later waits
 * without keeping anybody busy.
 */
const aheadMs = [0, 1_000] as const;

/**
 * Takes the delivery that has been ready longest, for this process alone; undefined when nothing is. A storm in one channel
 * does not keep the others waiting, nor do changes of old messages keep new ones: what its pace (src/deliveries/paces.ts) has
 * no place for yet is left. Committed by itself: from here on a crash is seen by the lease that runs out.
 */
export async function claim(
  db: Queryable,
  tenantId: number,
  carriers: readonly CarrierId[],
  { now, machine }: Moments,
  leaseMs: number,
): Promise<Delivery | undefined> {
  for (const ahead of aheadMs) {
    const claimed = await claimWithin(db, tenantId, carriers, { now, machine }, { leaseMs, ahead });
    if (claimed) return claimed;
  }
  return undefined;
}

async function claimWithin(
  db: Queryable,
  tenantId: number,
  carriers: readonly CarrierId[],
  { now, machine }: Moments,
  { leaseMs, ahead }: { leaseMs: number; ahead: number },
): Promise<Delivery | undefined> {
  const [claimed] = await db.query<Delivery>(sql`
    with next as (
      select c.delivery_id from ops.deliveries c
      where c.tenant_id = ${tenantId} and c.state = 'pending' and c.carrier = any (${carriers as string[]}::text[])
        and c.ready_at <= ${now.toString()}::timestamptz and c.not_before <= ${machine.toString()}::timestamptz
        and (c.after_id is null or exists (
          select from ops.deliveries p
          where p.tenant_id = ${tenantId} and p.delivery_id = c.after_id and p.state = 'sent'))
        and not exists (
          select from ops.send_paces s
          where s.tenant_id = ${tenantId} and s.pace = c.carrier || case c.part when 'edit' then ' edits' else ' ' || c.recipient end
            and s.next_at > ${machine.add({ milliseconds: ahead }).toString()}::timestamptz)
      order by c.ready_at, c.delivery_id
      limit 1
      for update skip locked
    )
    update ops.deliveries d
    set state = 'sending', attempt = d.attempt + 1, handed_at = null, find_at = null,
      lease_until = ${machine.add({ milliseconds: leaseMs }).toString()}::timestamptz
    from next
    where d.tenant_id = ${tenantId} and d.delivery_id = next.delivery_id
    returning ${columns}`);
  return claimed;
}

/** Only of the attempt that holds the delivery. */
function ours({ tenantId, deliveryId, attempt }: Pick<Delivery, 'tenantId' | 'deliveryId' | 'attempt'>): Sql {
  return sql`tenant_id = ${tenantId} and delivery_id = ${deliveryId} and attempt = ${attempt}`;
}

/** Says whether the delivery is still this attempt's; its lease then holds for longer. */
export async function renew(db: Queryable, delivery: Delivery, leaseUntil: Temporal.Instant): Promise<boolean> {
  const touched = await db.run(sql`
    update ops.deliveries set lease_until = ${leaseUntil.toString()}
    where ${ours(delivery)} and state = 'sending'`);
  return touched > 0;
}

/** Keeps what goes out, before it does; and what else is to go out with it. */
export async function keepLetter(
  tx: Queryable,
  delivery: Delivery,
  letter: Letter,
  editionId: number | null,
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.deliveries set letter = ${JSON.stringify(letter)}::jsonb, edition_id = ${editionId}
    where ${ours(delivery)} and state = 'sending'`);
  return touched > 0;
}

export async function keepProof(db: Queryable, delivery: Delivery, proof: Proof): Promise<void> {
  await db.run(sql`
    update ops.deliveries set proof = ${JSON.stringify(proof)}::jsonb where ${ours(delivery)} and state = 'sending'`);
}

/** Notes that the next call may have an effect outside. False when the delivery is not this attempt's any more. */
export async function markHanded(
  db: Queryable,
  delivery: Delivery,
  machine: Temporal.Instant,
  leaseMs: number,
): Promise<boolean> {
  const touched = await db.run(sql`
    update ops.deliveries
    set handed_at = ${machine.toString()}, lease_until = ${machine.add({ milliseconds: leaseMs }).toString()}
    where ${ours(delivery)} and state = 'sending'`);
  return touched > 0;
}

/** What an attempt came to, for the row. */
export type Settlement =
  | Exclude<Outcome, { kind: 'again' } | { kind: 'unknown' }>
  | { kind: 'again'; reason: string; notBefore: Temporal.Instant; proof?: Proof }
  | { kind: 'unknown'; reason: string; findAt: Temporal.Instant; proof?: Proof }
  /** Waits for data; of the business clock. */
  | { kind: 'wait'; reason: string; until: Temporal.Instant }
  | { kind: 'skip'; reason: string };

/**
 * Writes what an attempt came to; false when the delivery has been taken over. An answer that comes after the lease has
 * run out still counts, as long as nobody else has begun: what was unknown then is known now.
 */
export async function settle(
  tx: Queryable,
  delivery: Delivery,
  settlement: Settlement,
  now: Temporal.Instant,
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.deliveries set ${changes(settlement, now)}, lease_until = null
    where ${ours(delivery)} and state in ('sending', 'unknown')`);
  if (touched === 0) return false;
  if (settlement.kind === 'refused' || settlement.kind === 'skip')
    await skipHanging(tx, delivery, 'what it belongs to was not sent', now);
  return true;
}

function changes(settlement: Settlement, now: Temporal.Instant): Sql {
  switch (settlement.kind) {
    case 'sent':
      return sql`state = 'sent', reason = null, find_at = null, settled_at = ${now.toString()},
        proof = ${JSON.stringify(settlement.proof)}::jsonb`;
    case 'refused':
      return sql`state = 'failed', reason = ${settlement.reason}, find_at = null, settled_at = ${now.toString()}`;
    case 'skip':
      return sql`state = 'skipped', reason = ${settlement.reason}, find_at = null, settled_at = ${now.toString()}`;
    case 'again':
      return sql`state = 'pending', reason = ${settlement.reason}, handed_at = null, find_at = null,
        failures = failures + 1, not_before = ${settlement.notBefore.toString()},
        proof = coalesce(${settlement.proof ? JSON.stringify(settlement.proof) : null}::jsonb, proof)`;
    case 'wait':
      return sql`state = 'pending', reason = ${settlement.reason}, ready_at = ${settlement.until.toString()}, find_at = null`;
    case 'unknown':
      return sql`state = 'unknown', reason = ${settlement.reason}, find_at = ${settlement.findAt.toString()},
        proof = coalesce(${settlement.proof ? JSON.stringify(settlement.proof) : null}::jsonb, proof)`;
  }
}

/** What belongs to a delivery that will never be sent is never sent either. */
async function skipHanging(
  tx: Queryable,
  { tenantId, deliveryId }: Pick<Delivery, 'tenantId' | 'deliveryId'>,
  reason: string,
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(sql`
    update ops.deliveries set state = 'skipped', reason = ${reason}, settled_at = ${now.toString()}
    where tenant_id = ${tenantId} and after_id = ${deliveryId} and state = 'pending'`);
}

/**
 * Takes back what dead processes have left: not handed over, it goes on as if nothing had been; else nobody knows, and it
 * is looked for once the last call that may be under way has ended.
 */
export async function takeBack(
  db: Queryable,
  tenantId: number,
  machine: Temporal.Instant,
  longestCallMs: number,
): Promise<{ freed: number; unknown: number }> {
  const rows = await db.query<{ state: string }>(sql`
    update ops.deliveries
    set state = case when handed_at is null then 'pending' else 'unknown' end,
      reason = case when handed_at is null then 'its process ended before it was sent'
        else 'its process ended while it was being sent' end,
      find_at = case when handed_at is null then null
        else ${machine.add({ milliseconds: longestCallMs }).toString()}::timestamptz end,
      lease_until = null
    where tenant_id = ${tenantId} and state = 'sending' and lease_until < ${machine.toString()}::timestamptz
    returning state`);
  const unknown = rows.filter(({ state }) => state === 'unknown').length;
  return { freed: rows.length - unknown, unknown };
}

/** Takes a delivery of unknown outcome to look for it, as a claim does; undefined when there is none to look for now. */
export async function claimUnknown(
  db: Queryable,
  tenantId: number,
  carriers: readonly CarrierId[],
  machine: Temporal.Instant,
  leaseMs: number,
): Promise<Delivery | undefined> {
  const [claimed] = await db.query<Delivery>(sql`
    with next as (
      select delivery_id from ops.deliveries
      where tenant_id = ${tenantId} and state = 'unknown' and carrier = any (${carriers as string[]}::text[])
        and find_at <= ${machine.toString()}::timestamptz
      order by find_at
      limit 1
      for update skip locked
    )
    update ops.deliveries d set find_at = ${machine.add({ milliseconds: leaseMs }).toString()}::timestamptz
    from next
    where d.tenant_id = ${tenantId} and d.delivery_id = next.delivery_id
    returning ${columns}`);
  return claimed;
}

/** What looking for a delivery of unknown outcome came to. */
export type Resolution =
  | { kind: 'sent'; proof: Proof }
  | { kind: 'again'; reason: string }
  /** Nobody will ever know; what belongs to it is not sent. */
  | { kind: 'leave'; reason: string }
  | { kind: 'look again'; at: Temporal.Instant; reason: string };

export async function resolve(
  tx: Queryable,
  delivery: Delivery,
  resolution: Resolution,
  { now, machine }: Moments,
): Promise<boolean> {
  const change = (() => {
    switch (resolution.kind) {
      case 'sent':
        return sql`state = 'sent', reason = null, find_at = null, settled_at = ${now.toString()},
          proof = ${JSON.stringify(resolution.proof)}::jsonb`;
      case 'again':
        return sql`state = 'pending', reason = ${resolution.reason}, find_at = null, handed_at = null,
          not_before = ${machine.toString()}`;
      case 'leave':
        return sql`reason = ${resolution.reason}, find_at = null, settled_at = ${now.toString()}`;
      case 'look again':
        return sql`reason = ${resolution.reason}, find_at = ${resolution.at.toString()}`;
    }
  })();
  const touched = await tx.run(sql`
    update ops.deliveries set ${change} where ${ours(delivery)} and state = 'unknown'`);
  if (touched > 0 && resolution.kind === 'leave')
    await skipHanging(tx, delivery, 'nobody knows whether what it belongs to arrived', now);
  return touched > 0;
}

/** Gives up what has become too late to send, and what belongs to it; what is under way ends by itself. */
export async function expire(tx: Queryable, tenantId: number, now: Temporal.Instant): Promise<Delivery[]> {
  const expired = await tx.query<Delivery>(sql`
    update ops.deliveries d
    set state = 'failed', settled_at = ${now.toString()},
      reason = 'it was too late to send it' || coalesce('; before: ' || d.reason, '')
    where d.tenant_id = ${tenantId} and d.state = 'pending' and d.expires_at < ${now.toString()}::timestamptz
    returning ${columns}`);
  for (const delivery of expired) await skipHanging(tx, delivery, 'what it belongs to was not sent', now);
  return expired;
}
