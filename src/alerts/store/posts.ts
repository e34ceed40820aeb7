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
}

export function postsOf(db: Queryable, tenantId: number, incidentId: number): Promise<Post[]> {
  return db.query<Post>(sql`
    select carrier, recipient, delivery_id as "deliveryId", shown_version as "shownVersion",
      edit_delivery_id as "editDeliveryId"
    from ops.alert_posts where tenant_id = ${tenantId} and incident_id = ${incidentId}
    order by delivery_id`);
}

export async function addPost(
  tx: Queryable,
  tenantId: number,
  incidentId: number,
  { carrier, recipient, deliveryId }: Pick<Post, 'carrier' | 'recipient' | 'deliveryId'>,
): Promise<void> {
  await tx.run(sql`
    insert into ops.alert_posts (tenant_id, incident_id, carrier, recipient, delivery_id)
    values (${tenantId}, ${incidentId}, ${carrier}, ${recipient}, ${deliveryId})
    on conflict (tenant_id, incident_id, carrier, recipient) do nothing`);
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
