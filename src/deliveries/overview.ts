import sql, { empty } from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import type { CarrierId, DeliveryKind, DeliveryState, Letter, Part, Proof } from './delivery.ts';

/** A row of the ledger, for people. */
export interface DeliveryRow {
  id: number;
  kind: DeliveryKind;
  subscription: number | null;
  slot: string;
  carrier: CarrierId;
  recipient: string;
  part: Part;
  revision: number;
  state: DeliveryState;
  /** Why it is not sent, or not yet. */
  reason: string | null;
  dueAt: Temporal.Instant;
  settledAt: Temporal.Instant | null;
  attempts: number;
  failures: number;
  /** Delivery that it belongs to. */
  after: number | null;
  edition: number | null;
  proof: Proof | null;
  dedupeKey: string;
  letter: Letter | null;
}

const columns = sql`
  delivery_id as id, kind, subscription_id as subscription, slot, carrier, recipient, part, revision, state, reason,
  due_at as "dueAt", settled_at as "settledAt", attempt as attempts, failures, after_id as after, edition_id as edition,
  proof, dedupe_key as "dedupeKey"`;

export interface DeliveryFilter {
  states?: readonly DeliveryState[];
  subscription?: number;
  /** The latest so many. */
  limit: number;
}

/** The latest deliveries first, without what they say. */
export function deliveriesOf(
  db: Queryable,
  tenantId: number,
  { states, subscription, limit }: DeliveryFilter,
): Promise<DeliveryRow[]> {
  return db.query<DeliveryRow>(sql`
    select ${columns}, null as letter from ops.deliveries
    where tenant_id = ${tenantId}
      ${states ? sql`and state = any (${states as string[]}::text[])` : empty}
      ${subscription === undefined ? empty : sql`and subscription_id = ${subscription}`}
    order by due_at desc, delivery_id desc
    limit ${limit}`);
}

export async function deliveryOf(db: Queryable, tenantId: number, id: number): Promise<DeliveryRow | undefined> {
  const [row] = await db.query<DeliveryRow>(sql`
    select ${columns}, letter from ops.deliveries where tenant_id = ${tenantId} and delivery_id = ${id}`);
  return row;
}

/** How many deliveries of the last days are in which state. */
export async function countsOf(
  db: Queryable,
  tenantId: number,
  since: Temporal.Instant,
): Promise<Partial<Record<DeliveryState, number>>> {
  const rows = await db.query<{ state: DeliveryState; count: number }>(sql`
    select state, count(*)::int as count from ops.deliveries
    where tenant_id = ${tenantId} and due_at >= ${since.toString()}::timestamptz
    group by state order by state`);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

export type Retried =
  /** Ready to be sent. `mayDouble`: nobody knows whether it arrived before. */
  | { kind: 'ready'; mayDouble: boolean }
  /** It is first looked for; then it is settled as sent, or goes out. */
  | { kind: 'looking' }
  | { kind: 'not needed'; state: DeliveryState }
  | { kind: 'unknown outcome' }
  | { kind: 'none' };

/**
 * Lets a delivery that came to nothing go out once more, at once. One of unknown outcome is looked for once more where the
 * service can be asked (`canFind`); else it only goes out again when somebody says that it may be there twice.
 */
export async function retryDelivery(
  tx: Tx,
  tenantId: number,
  id: number,
  options: { now: Temporal.Instant; machine: Temporal.Instant; canFind: boolean; evenIfDoubled: boolean },
): Promise<Retried> {
  const { now, machine, canFind, evenIfDoubled } = options;
  const [row] = await tx.query<{ state: DeliveryState; findable: boolean }>(sql`
    select state, handed_at is not null and letter is not null as findable from ops.deliveries
    where tenant_id = ${tenantId} and delivery_id = ${id} for update`);
  if (!row) return { kind: 'none' };
  const { state } = row;
  if (state === 'sent' || state === 'pending' || state === 'sending') return { kind: 'not needed', state };
  if (state === 'unknown' && !evenIfDoubled) {
    if (!canFind || !row.findable) return { kind: 'unknown outcome' };
    await tx.run(sql`
      update ops.deliveries set find_at = ${machine.toString()}, settled_at = null
      where tenant_id = ${tenantId} and delivery_id = ${id}`);
    return { kind: 'looking' };
  }
  const expiresAt = now.add({ hours: 1 });
  await tx.run(sql`
    update ops.deliveries
    set state = 'pending', reason = 'sent again by hand', failures = 0, handed_at = null, find_at = null,
      settled_at = null, ready_at = ${now.toString()}, deadline_at = ${now.toString()}, not_before = ${machine.toString()},
      expires_at = greatest(expires_at, ${expiresAt.toString()}::timestamptz)
    where tenant_id = ${tenantId} and (delivery_id = ${id} or (after_id = ${id} and state = 'skipped'))`);
  return { kind: 'ready', mayDouble: state === 'unknown' };
}
