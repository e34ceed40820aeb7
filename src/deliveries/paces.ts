import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { CarrierId } from './delivery.ts';

/** So many calls an interval, of which some may come at once. */
export interface Pace {
  /** What is counted: calls of one method, what goes to one recipient (`recipientPace`), changes of messages (`editPace`). */
  name: string;
  intervalMs: number;
  /** Calls that may come at once after a rest. */
  burst: number;
}

/** The pace of what goes to one recipient. While its places are taken, what goes to others is sent first. */
export function recipientPace(carrier: CarrierId, recipient: string): string {
  return `${carrier} ${recipient}`;
}

/** The pace of changes of messages that are there, whoever has them; while its places are taken, new ones are sent first. */
export function editPace(carrier: CarrierId): string {
  return `${carrier} edits`;
}

/**
 * Takes the next place of a pace, over all replicas: how long to wait for it, in milliseconds, or null where that would be
 * longer than `patienceMs`, and then no place is taken. (A virtual schedule: each call moves the next place by one
 * interval, never further back than `burst` intervals.)
 */
export async function takePlace(
  db: Queryable,
  tenantId: number,
  { name, intervalMs, burst }: Pace,
  machine: Temporal.Instant,
  patienceMs: number,
): Promise<number | null> {
  const earliest = machine.subtract({ milliseconds: intervalMs * (burst - 1) });
  const step = `${intervalMs} milliseconds`;
  const [taken] = await db.query<{ at: Temporal.Instant }>(sql`
    insert into ops.send_paces as p (tenant_id, pace, next_at)
    values (${tenantId}, ${name}, ${earliest.toString()}::timestamptz + ${step}::interval)
    on conflict (tenant_id, pace) do update
    set next_at = greatest(p.next_at, ${earliest.toString()}::timestamptz) + ${step}::interval
    where p.next_at <= ${machine.add({ milliseconds: patienceMs }).toString()}::timestamptz
    returning next_at - ${step}::interval as at`);
  if (!taken) return null;
  return Math.max(0, Math.ceil(machine.until(taken.at).total('milliseconds')));
}

/** Nothing of a pace goes out before then: the service has said so. */
export async function holdBack(db: Queryable, tenantId: number, name: string, until: Temporal.Instant): Promise<void> {
  await db.run(sql`
    insert into ops.send_paces as p (tenant_id, pace, next_at) values (${tenantId}, ${name}, ${until.toString()})
    on conflict (tenant_id, pace) do update set next_at = greatest(p.next_at, excluded.next_at)`);
}
