import type { Queryable } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import { type Entity, type EntityId, entityIds } from '../domain/entity.ts';

/**
 * Takes the writer locks of the entities, of what they refer to (writing a ticket may create its team), of tickets
 * where they touch a ticket's evaluation, and of what they are counted with. Always in one order, referring entities
 * first, so that two writers never wait for each other.
 */
export async function lockWriters(tx: Queryable, tenantId: number, written: readonly Entity[]): Promise<void> {
  const needed = new Set<EntityId>();
  for (const entity of written) {
    needed.add(entity.id);
    if (entity.ticketOf) needed.add('ticket');
    if (entity.countsWith) needed.add(entity.countsWith.entity);
    if (entity.countedWithin) needed.add(entity.countedWithin.entity);
    for (const field of Object.values(entity.fields)) if (field.references) needed.add(field.references);
  }
  for (const id of entityIds.toReversed()) if (needed.has(id)) await lockStream(tx, tenantId, id);
}
