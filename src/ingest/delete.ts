import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { ensurePartitions, isPartitioned } from '../db/partitions.ts';
import type { Entity } from '../domain/entity.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import type { WriteRun } from './batch.ts';
import { markDeletedConversations } from './conversation-marks.ts';
import { lockWriters } from './lock.ts';
import { markRelated } from './related-marks.ts';
import { markTickets } from './sla-marks.ts';

export interface Deletion {
  entity: Entity;
  source: string;
  ids: readonly string[];
  /** Version of the deletion, as records of this source have them: a state not newer than it stays deleted. */
  version: number;
  /** When they were deleted, where the source says so; else the time of the run. */
  at?: Temporal.Instant;
}

/**
 * Marks records as deleted and their days as changed; returns how many were there until now. A record not seen yet leaves a
 * tombstone, so that an older state arriving late does not bring it to life.
 */
export async function deleteRecords(tx: Tx, run: WriteRun, deletion: Deletion): Promise<number> {
  const { entity, source, version } = deletion;
  const { tenant } = run;
  const at = (deletion.at ?? run.at).toString();
  await lockWriters(tx, tenant.tenantId, [entity]);
  const part = raw(entity.partitionedBy ? `, t.${entity.partitionedBy} as part` : '');
  const storedPart = raw(entity.partitionedBy ? ', d.part' : '');
  const samePart = raw(entity.partitionedBy ? `and t.${entity.partitionedBy} = d.part` : '');
  // A tombstone is dated by the deletion.
  if (isPartitioned(entity.table)) await ensurePartitions(tx, entity.table, [at.slice(0, 10)]);
  await tx.run(sql`
    create temp table deleted on commit drop as
    select d.id ${part}, t.id is not null as known, t.id is not null and t.deleted_at is null as present
    from unnest(${[...new Set(deletion.ids)]}::text[]) as d (id)
    left join ${raw(entity.table)} t on t.tenant_id = ${tenant.tenantId} and t.source = ${source} and t.id = d.id
    where t.id is null or (t.version <= ${version} and t.deleted_at is null) or t.version < ${version}`);
  // A deletion moves no record to another day, so its days before are its days after.
  const stored = sql`select ${source}::text, d.id ${storedPart} from deleted d where d.known`;
  await markStored(tx, rollupsOf(entity.id), tenant, stored, entity.partitionedBy);
  await markTickets(tx, tenant.tenantId, deletion, sql`select d.id from deleted d where d.known`);
  await markRelated(tx, tenant, deletion, sql`select d.id from deleted d where d.known`);
  await markDeletedConversations(tx, tenant.tenantId, deletion);
  const required = Object.entries(entity.fields)
    .filter(([, field]) => field.required && field.type === 'timestamp')
    .map(([name]) => name);
  const [count] = await tx.query<{ records: number }>(sql`
    with gone as (
      update ${raw(entity.table)} t set version = ${version}::bigint, deleted_at = coalesce(t.deleted_at, ${at}::timestamptz)
      from deleted d
      where t.tenant_id = ${tenant.tenantId} and t.source = ${source} and t.id = d.id ${samePart}
      returning d.present
    ), tombstones as (
      insert into ${raw(entity.table)} (${join(['tenant_id', 'source', 'id', 'version', 'deleted_at', ...required].map((name) => raw(name)))})
      select ${tenant.tenantId}::bigint, ${source}, d.id, ${version}::bigint,
        ${join(['deleted_at', ...required].map(() => sql`${at}::timestamptz`))}
      from deleted d
      where not d.known
    )
    select count(*) filter (where present)::int as records from gone`);
  await tx.run(sql`drop table deleted`);
  return count?.records ?? 0;
}
