import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { Entity, EntityId } from '../domain/entity.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import type { TenantZone } from '../rollups/rollup.ts';

/**
 * Marks the days of the records that the stored records named by `ids` (a select of id) are counted with: a campaign's day
 * when one of its reports comes, a lead's when its opportunity does, and an opportunity's when the lead changes whose
 * account it has. In the transaction that writes them and under the other stream's lock, which its drain takes too. One
 * that nobody has described yet has no day: it is marked when it comes.
 */
export async function markRelated(
  tx: Tx,
  tenant: TenantZone,
  { entity, source }: { entity: Entity; source: string },
  ids: Sql,
): Promise<void> {
  const { tenantId } = tenant;
  if (entity.countsWith) {
    const { entity: related, by } = entity.countsWith;
    await markOf(
      tx,
      tenant,
      related,
      sql`
        select distinct ${source}::text, ${raw(`e.${by}`)}
        from (${ids}) as touched (id)
        join ${raw(entity.table)} e
          on e.tenant_id = ${tenantId} and e.source = ${source} and e.id = touched.id and ${raw(`e.${by}`)} is not null`,
    );
  }
  if (entity.countedWithin) {
    const { entity: related, by } = entity.countedWithin;
    await markOf(
      tx,
      tenant,
      related,
      sql`
        select ${source}::text, e.id
        from (${ids}) as touched (id)
        join ${raw(entities[related].table)} e
          on e.tenant_id = ${tenantId} and e.source = ${source} and ${raw(`e.${by}`)} = touched.id`,
    );
  }
}

async function markOf(tx: Tx, tenant: TenantZone, related: EntityId, rows: Sql): Promise<void> {
  if (entities[related].partitionedBy) throw new RangeError(`${related} is partitioned: its days need its parts`);
  await markStored(tx, rollupsOf(related), tenant, rows);
}
