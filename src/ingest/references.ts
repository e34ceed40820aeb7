import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { ReferencedEntityId } from '../domain/entity.ts';
import { type Batch, placeholderVersion } from './batch.ts';

/**
 * Creates the teams and operators that compared records name and nobody has described yet, called by their id. What is
 * there is left as it is, and whatever a source says about them later is newer.
 */
export async function createReferenced(tx: Tx, tenantId: number, batch: Batch): Promise<void> {
  const fieldsOf = new Map<ReferencedEntityId, string[]>();
  for (const field of batch.fields) {
    const target = batch.entity.fields[field]?.references;
    if (target) fieldsOf.set(target, [...(fieldsOf.get(target) ?? []), field]);
  }
  for (const [target, fields] of fieldsOf) {
    const named = fields.map(
      (field) => sql`
        select distinct c.${raw(field)} from compared c
        where c.outcome in ('inserted', 'updated') and c.${raw(field)} is not null`,
    );
    await tx.run(sql`
      insert into ${raw(entities[target].table)} (tenant_id, source, id, name, version)
      select ${tenantId}::bigint, ${batch.source}, n.id, n.id, ${placeholderVersion}::bigint
      from (${join(named, ' union ')}) as n (id)
      on conflict (tenant_id, source, id) do nothing`);
  }
}
