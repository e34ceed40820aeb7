import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Secret } from '../../lib/secret.ts';
import type { ReceivedEvent } from './envelope.ts';

/** One sender: the tenant and source its records belong to, and what it may sign with. */
export interface WebhookSource {
  tenantId: number;
  source: string;
  /** The current secret and, while it is being replaced, the other one. */
  secrets: readonly Secret[];
}

export type Stored = ReceivedEvent['state'] | 'duplicate';

/**
 * Keeps an event, in one statement, and says what it is: `duplicate` where it is there already. One that was rejected or
 * ignored before and is sent again has another try: somebody mended it, or Crema.
 */
export async function storeEvent(
  db: Queryable,
  { tenantId, source }: Pick<WebhookSource, 'tenantId' | 'source'>,
  event: ReceivedEvent,
  receivedAt: Temporal.Instant,
): Promise<Stored> {
  const rows = await db.query(sql`
    insert into ops.webhook_events as w (
      tenant_id, source, event_id, type, entity, object_id, occurred_at, received_at, body_sha256, body, state, reason)
    values (
      ${tenantId}, ${source}, ${event.eventId}, ${event.type}, ${event.entity}, ${event.objectId},
      ${event.occurredAt?.toString() ?? null}, ${receivedAt.toString()}, ${event.bodySha256},
      ${event.values === null ? null : JSON.stringify(event.values)}::jsonb, ${event.state}, ${event.reason})
    on conflict (tenant_id, source, event_id) do update
    set type = excluded.type, entity = excluded.entity, object_id = excluded.object_id,
      occurred_at = excluded.occurred_at, received_at = excluded.received_at, body_sha256 = excluded.body_sha256,
      body = excluded.body, state = excluded.state, reason = excluded.reason, attempts = 0, retry_at = null
    where w.state in ('rejected', 'ignored') and excluded.state = 'stored'
    returning w.event_id`);
  return rows.length === 0 ? 'duplicate' : event.state;
}
