import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import type { Entity } from '../domain/entity.ts';

/**
 * Marks the tickets that the stored records named by `ids` (a select of id) are or tell of, so that the next sweep
 * evaluates them again. In the transaction that writes them and under the ticket stream's lock, so a mark commits with
 * its cause. A ticket nobody has described yet has nothing to evaluate: it is marked when it comes.
 */
export async function markTickets(
  tx: Tx,
  tenantId: number,
  { entity, source }: { entity: Entity; source: string },
  ids: Sql,
): Promise<void> {
  if (entity.ticketOf === undefined) return;
  await tx.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id)
    select distinct ${tenantId}::bigint, ${source}, t.id
    from (${ids}) as touched (id)
    join ${raw(entity.table)} e on e.tenant_id = ${tenantId} and e.source = ${source} and e.id = touched.id
    join crm.tickets t on t.tenant_id = ${tenantId} and t.source = ${source} and t.id = ${raw(`e.${entity.ticketOf}`)}`);
}
