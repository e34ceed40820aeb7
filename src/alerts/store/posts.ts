import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { CarrierId } from '../../deliveries/delivery.ts';

/** Where an incident was told. */
export interface Post {
  carrier: CarrierId;
  recipient: string;
  /** The delivery of its message. */
  deliveryId: number;
  shownVersion: number;
  /** A change of it that is on its way. */
  editDeliveryId: number | null;
  /** The message was refused, too late or left out: nothing of the incident stands there. */
  isMissing: boolean;
}

export function postsOf(db: Queryable, tenantId: number, incidentId: number): Promise<Post[]> {
  return db.query<Post>(sql`
    select p.carrier, p.recipient, p.delivery_id as "deliveryId", p.shown_version as "shownVersion",
      p.edit_delivery_id as "editDeliveryId", coalesce(d.state in ('failed', 'skipped'), false) as "isMissing"
    from ops.alert_posts p
    left join ops.deliveries d on d.tenant_id = p.tenant_id and d.delivery_id = p.delivery_id
    where p.tenant_id = ${tenantId} and p.incident_id = ${incidentId}
    order by p.delivery_id`);
}

/** Where it is told, or told anew. */
export async function addPost(
  tx: Queryable,
  tenantId: number,
  incidentId: number,
  { carrier, recipient, deliveryId }: Pick<Post, 'carrier' | 'recipient' | 'deliveryId'>,
): Promise<void> {
  await tx.run(sql`
    insert into ops.alert_posts (tenant_id, incident_id, carrier, recipient, delivery_id)
    values (${tenantId}, ${incidentId}, ${carrier}, ${recipient}, ${deliveryId})
    on conflict (tenant_id, incident_id, carrier, recipient) do update set delivery_id = excluded.delivery_id`);
}

/** A change of the message is on its way, or (null) none is. */
export async function markEdit(
  tx: Queryable,
  tenantId: number,
  incidentId: number,
  { carrier, recipient }: Pick<Post, 'carrier' | 'recipient'>,
  editDeliveryId: number | null,
  shownVersion?: number,
): Promise<void> {
  await tx.run(sql`
    update ops.alert_posts
    set edit_delivery_id = ${editDeliveryId}, shown_version = greatest(shown_version, coalesce(${shownVersion ?? null}::int, 0))
    where tenant_id = ${tenantId} and incident_id = ${incidentId} and carrier = ${carrier} and recipient = ${recipient}`);
}

/** What the letter of a message, or of the latest change of it that arrived, says in short; null where nothing did. */
export async function lastSaid(
  db: Queryable,
  tenantId: number,
  messageId: number,
): Promise<{ says: string | null; takenUp: boolean | null } | null> {
  const [row] = await db.query<{ says: string | null; takenUp: boolean | null }>(sql`
    select letter -> 'body' ->> 'says' as says, (letter -> 'body' ->> 'takenUp')::boolean as "takenUp"
    from ops.deliveries
    where tenant_id = ${tenantId} and (delivery_id = ${messageId} or after_id = ${messageId})
      and part in ('main', 'edit') and state = 'sent'
    order by delivery_id desc
    limit 1`);
  return row ?? null;
}
