import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { type Batch, placeholderVersion } from './batch.ts';

/**
 * Makes the records that a batch of parts tells of and nobody has described yet, with no more than what is required of
 * them, as placeholders: whatever describes them later is newer and leaves alone what newer parts said. To be called under
 * the writers' locks, before the batch is written.
 */
export async function createForParts(tx: Tx, tenantId: number, { entity, source, table }: Batch): Promise<void> {
  const required = Object.keys(entity.fields).filter((name) => name !== 'id' && entity.fields[name]?.required);
  const names = ['tenant_id', 'source', 'id', 'version', ...required];
  await tx.run(sql`
    insert into ${raw(entity.table)} (${raw(names.join(', '))})
    select ${join([sql`${tenantId}::bigint`, sql`${source}`, sql`s.id`, sql`${placeholderVersion}::bigint`, ...required.map((name) => raw(`s.${name}`))])}
    from ${raw(table)} s
    where not exists (
      select from ${raw(entity.table)} t where t.tenant_id = ${tenantId} and t.source = ${source} and t.id = s.id
    )`);
}
