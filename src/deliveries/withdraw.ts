import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';

/**
 * Takes back what a subscription has planned and nobody has begun to send, with what hangs on it: whoever has just ended it
 * gets nothing more. What is under way ends by itself. Returns how many.
 */
export function withdrawPlanned(
  tx: Queryable,
  tenantId: number,
  subscriptionId: number,
  reason: string,
  now: Temporal.Instant,
): Promise<number> {
  return tx.run(sql`
    update ops.deliveries d
    set state = 'skipped', reason = ${reason}, settled_at = ${now.toString()}
    where d.tenant_id = ${tenantId} and d.subscription_id = ${subscriptionId} and d.state = 'pending' and d.kind <> 'notice'
      and (d.after_id is null or exists (
        select from ops.deliveries p
        where p.tenant_id = ${tenantId} and p.delivery_id = d.after_id and p.state = 'pending'))`);
}

/** The slots of a subscription that are written down already, from a local date on: none of them is written again. */
export async function slotsWritten(
  db: Queryable,
  tenantId: number,
  subscriptionId: number,
  from: string,
): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ slot: string }>(sql`
    select distinct slot from ops.deliveries
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and part = 'main' and kind <> 'notice'
      and slot >= ${from}`);
  return new Set(rows.map(({ slot }) => slot));
}

/** Takes back changes of a delivered message that nobody has begun to make: a newer one says all that they would. */
export function withdrawEdits(
  tx: Queryable,
  tenantId: number,
  messageId: number,
  now: Temporal.Instant,
): Promise<number> {
  return tx.run(sql`
    update ops.deliveries
    set state = 'skipped', reason = 'a newer change says it too', settled_at = ${now.toString()}
    where tenant_id = ${tenantId} and after_id = ${messageId} and part = 'edit' and state = 'pending'`);
}
