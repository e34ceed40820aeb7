import sql from 'sql-template-tag';
import type { Queryable } from './db.ts';

/**
 * Counts a change of stored data, for whoever wants to know whether what it read is still so: of a rollup by its id, of
 * `sla`, the verdicts on tickets, also by what the tickets are of (src/facts/sweep.ts), or of `waiting`, the alert rules that
 * wait for late data. The last statement of its transaction: the counter is one row that all changes share, so that a later
 * number is always committed later.
 */
export async function noteChange(tx: Queryable, tenantId: number, ...topics: readonly string[]): Promise<void> {
  await tx.run(sql`
    with counter as (
      insert into ops.data_changes as d (tenant_id, topic, generation) values (${tenantId}, '', 1)
      on conflict (tenant_id, topic) do update set generation = d.generation + 1
      returning generation
    )
    insert into ops.data_changes (tenant_id, topic, generation)
    select ${tenantId}::bigint, topic, generation
    from counter, unnest(${[...new Set(topics)]}::text[]) as topic
    on conflict (tenant_id, topic) do update set generation = excluded.generation`);
}
