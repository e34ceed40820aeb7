import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../src/db/db.ts';
import { entities } from '../../../src/domain/entities.ts';
import type { EntityId } from '../../../src/domain/entity.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { readEvent } from '../../../src/sync/webhooks/envelope.ts';
import { storeEvent } from '../../../src/sync/webhooks/store.ts';

/** An event; its time in minutes after noon. */
export interface Sent {
  id?: string;
  type: string;
  minute: number;
  data: Readonly<Record<string, unknown>>;
}

const noon = Temporal.Instant.from('2026-11-20T12:00:00Z');

export const atMinute = (minute: number) => noon.add({ minutes: minute }).toString();

let counted = 0;

/** Stores events as the door does, in this order. */
export async function send(
  db: Db,
  to: { tenantId: number; source: string },
  clock: Clock,
  events: readonly Sent[],
): Promise<void> {
  for (const { id = `evt-${++counted}`, type, minute, data } of events) {
    const body = Buffer.from(JSON.stringify({ id, type, occurred_at: atMinute(minute), data }));
    await storeEvent(db, to, readEvent(body, clock.now()), clock.now());
  }
}

/** The states of a source's events, in the order of their ids. */
export function eventsOf(db: Db, { tenantId, source }: { tenantId: number; source: string }) {
  return db.query<{ event_id: string; state: string; reason: string | null; body: unknown; attempts: number }>(sql`
    select event_id, state, reason, body, attempts from ops.webhook_events
    where tenant_id = ${tenantId} and source = ${source} order by event_id`);
}

/** A record's fields as they are stored, times as text; undefined where there is none. */
export async function recordOf(
  db: Db,
  { tenantId, source }: { tenantId: number; source: string },
  entity: EntityId,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const [row] = await db.query<{ record: Record<string, unknown> }>(sql`
    select to_jsonb(t) - ${['tenant_id', 'source', 'version', 'field_versions', 'extra', 'first_seen_at', 'exists_from']}::text[] as record
    from ${raw(entities[entity].table)} t
    where t.tenant_id = ${tenantId} and t.source = ${source} and t.id = ${id}`);
  return row && Object.fromEntries(Object.entries(row.record).filter(([, value]) => value !== null));
}
