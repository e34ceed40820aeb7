import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { dayOf, type Rollup, type TenantZone } from './rollup.ts';

/**
 * Marks the days on which the stored rows named by `ids` (a select of source and id) count, in every given rollup. The
 * writer calls it before and after changing those rows, in the same transaction and under the stream's lock: so the
 * old and the new day are both marked, and a mark commits with its data. One look-up by primary key per touched row, by
 * construction: the table may have been filled in this very transaction, when the planner has no statistics of it.
 */
export async function markStored(
  tx: Queryable,
  rollups: readonly Rollup[],
  tenant: TenantZone,
  ids: Sql,
): Promise<void> {
  for (const rollup of rollups) {
    await tx.run(sql`
      insert into ops.dirty (tenant_id, rollup, bucket)
      select distinct ${tenant.tenantId}::bigint, ${rollup.id}::text, ${dayOf(rollup, 'e', tenant.timezone)}
      from (${ids}) as touched (source, id)
      cross join lateral (
        select * from ${raw(rollup.entityTable)}
        where tenant_id = ${tenant.tenantId} and source = touched.source and id = touched.id
        limit 1
      ) as e
      where ${raw(`e.${rollup.at}`)} is not null`);
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
