import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { CarrierId } from '../../deliveries/delivery.ts';
import type { Incident } from '../incident.ts';

/** An alert that never reached where it was to go. */
export interface Undelivered {
  incidentId: number;
  /** As `crema deliveries show` takes it. */
  deliveryId: number;
  carrier: CarrierId;
  recipient: string;
  reason: string | null;
  at: Temporal.Instant;
  /** Whether anybody has been told of that instead. */
  isTold: boolean;
}

/** By which somebody is told once that an incident's message did not arrive at a target. */
export function undeliveredSlot(incidentSlot: string, carrier: string, recipient: string): string {
  return `undelivered ${incidentSlot} ${carrier} ${recipient}`;
}

/** What came to nothing since a moment, or at any time of some incidents, and did not arrive later; the latest first. */
export function undeliveredAlerts(
  db: Queryable,
  tenantId: number,
  of: { since: Temporal.Instant } | { incidents: readonly Pick<Incident, 'incidentId'>[] },
): Promise<Undelivered[]> {
  const which =
    'since' in of
      ? sql`d.settled_at >= ${of.since.toString()}::timestamptz`
      : sql`d.slot = any (${of.incidents.map(({ incidentId }) => `incident ${incidentId}`)}::text[])`;
  return db.query<Undelivered>(sql`
    select * from (
      select distinct on (d.slot, d.carrier, d.recipient)
        substr(d.slot, length('incident ') + 1)::bigint as "incidentId", d.delivery_id as "deliveryId", d.carrier,
        d.recipient, d.reason, d.settled_at as at, exists (
          select from ops.deliveries n
          where n.tenant_id = ${tenantId} and n.kind = 'notice' and n.state = 'sent'
            and n.slot = 'undelivered ' || d.slot || ' ' || d.carrier || ' ' || d.recipient
        ) as "isTold"
      from ops.deliveries d
      where d.tenant_id = ${tenantId} and d.kind = 'alert' and d.part = 'main' and d.state in ('failed', 'skipped')
        and ${which} and not exists (
          select from ops.deliveries later
          where later.tenant_id = ${tenantId} and later.kind = 'alert' and later.part = 'main' and later.state = 'sent'
            and later.slot = d.slot and later.carrier = d.carrier and later.recipient = d.recipient
            and later.delivery_id > d.delivery_id
        )
      order by d.slot, d.carrier, d.recipient, d.delivery_id desc
    ) as lost
    order by at desc, "deliveryId" desc`);
}
