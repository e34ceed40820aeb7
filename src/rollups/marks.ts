import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { dayOf, type Rollup, type TenantZone } from './rollup.ts';

/**
 * Marks the days on which the stored rows named by `ids` (a select of source and id) count, in every given rollup. The
 * writer calls it before and after changing those rows, in the same transaction and under the stream's lock: so the
 * old and the new day are both marked, and a mark commits with its data. One look-up by primary key per touched row, by
 * construction: the table may have been filled in this very transaction, when the planner has no statistics of it. Of a
 * table that is partitioned, `ids` has the partitioning column third, or every partition would be looked into. Rollups
 * that date the same rows alike are marked together.
 */
export async function markStored(
  tx: Queryable,
  rollups: readonly Rollup[],
  tenant: TenantZone,
  ids: Sql,
  partitionedBy?: string,
): Promise<void> {
  const alike = Map.groupBy(rollups, (rollup) => `${rollup.entityTable} ${rollup.at}`);
  const part = raw(partitionedBy ? ', part' : '');
  for (const group of alike.values()) {
    const [first] = group;
    if (!first) continue;
    const samePart = raw(partitionedBy ? `and ${partitionedBy} = touched.part` : '');
    await tx.run(sql`
      insert into ops.dirty (tenant_id, rollup, bucket)
      select ${tenant.tenantId}::bigint, r.id, days.day
      from (
        select distinct ${dayOf(first, 'e', tenant.timezone)} as day
        from (${ids}) as touched (source, id ${part})
        cross join lateral (
          select * from ${raw(first.entityTable)}
          where tenant_id = ${tenant.tenantId} and source = touched.source and id = touched.id ${samePart}
          limit 1
        ) as e
        where ${raw(`e.${first.at}`)} is not null
      ) as days
      cross join unnest(${group.map(({ id }) => id)}::text[]) as r (id)`);
  }
}

/** Marks every day the rollup has rows for or should have: the full rebuild is a drain of all of them. */
export async function markAll(tx: Queryable, rollup: Rollup, tenant: TenantZone): Promise<void> {
  await tx.run(sql`
    insert into ops.dirty (tenant_id, rollup, bucket)
    select ${tenant.tenantId}::bigint, ${rollup.id}::text, day
    from (
      select ${dayOf(rollup, 'e', tenant.timezone)} as day
      from ${raw(rollup.entityTable)} e
      where e.tenant_id = ${tenant.tenantId} and ${raw(`e.${rollup.at}`)} is not null
      union
      select day from ${raw(rollup.table)} where tenant_id = ${tenant.tenantId}
    ) as days`);
}
