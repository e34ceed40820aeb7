import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { ensurePartitions, isPartitioned } from '../db/partitions.ts';
import type { Entity } from '../domain/entity.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import { placeholderVersion, type WriteRun } from './batch.ts';
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

/** Deletes records that all have one version; see `deleteEach`. */
export function deleteRecords(tx: Tx, run: WriteRun, { entity, source, ids, version, at }: Deletion): Promise<number> {
  const records = ids.map((id) => ({ id, version, at }));
  return deleteEach(tx, run, { entity, source, records });
}

export interface DeletedRecord {
  id: string;
  /**
   * Version of the deletion; undefined for a record that is only missing where all records were listed. It is then as old
   * as what is stored, and the very state that is stored brings it back, should it be listed again.
   */
  version: number | undefined;
  /** When it was deleted, where the source says so; else the time of the run. */
  at?: Temporal.Instant | undefined;
}

/**
 * Marks records as deleted and their days as changed; returns how many were there until now. A record not seen yet leaves a
 * tombstone, so that an older state arriving late does not bring it to life.
 */
export async function deleteEach(
  tx: Tx,
  run: WriteRun,
  deletion: { entity: Entity; source: string; records: readonly DeletedRecord[] },
): Promise<number> {
  const { entity, source } = deletion;
  const { tenant } = run;
  const newest = new Map<string, DeletedRecord>();
  for (const record of deletion.records) {
    const other = newest.get(record.id);
    if (!other || (record.version ?? Number.NEGATIVE_INFINITY) >= (other.version ?? Number.NEGATIVE_INFINITY))
      newest.set(record.id, record);
  }
  const records = [...newest.values()];
  const times = records.map(({ at }) => (at ?? run.at).toString());
  await lockWriters(tx, tenant.tenantId, [entity]);
  const part = raw(entity.partitionedBy ? `, t.${entity.partitionedBy} as part` : '');
  const storedPart = raw(entity.partitionedBy ? ', d.part' : '');
  const samePart = raw(entity.partitionedBy ? `and t.${entity.partitionedBy} = d.part` : '');
  // A part that was told later says that the record was there then, however old the rest of it is.
  const lastTold = entity.partial
    ? sql`greatest(t.version, (select max(said.version::bigint) from jsonb_each_text(t.field_versions) as said (field, version)))`
    : sql`t.version`;
  // A tombstone is dated by the deletion.
  if (isPartitioned(entity.table)) {
    const dates = [...new Set(times.map((time) => time.slice(0, 10)))];
    await ensurePartitions(tx, entity.table, dates);
  }
  await tx.run(sql`
    create temp table deleted on commit drop as
    select d.id ${part}, t.id is not null as known, t.id is not null and t.deleted_at is null as present, d.at,
      coalesce(d.version, greatest(t.version - 1, ${placeholderVersion}::bigint)) as version
    from unnest(
      ${records.map(({ id }) => id)}::text[], ${records.map(({ version }) => version ?? null)}::bigint[], ${times}::timestamptz[]
    ) as d (id, version, at)
    left join ${raw(entity.table)} t on t.tenant_id = ${tenant.tenantId} and t.source = ${source} and t.id = d.id
    where case
      when t.id is null then d.version is not null
      when t.deleted_at is null then d.version is null or ${lastTold} <= d.version
      else ${lastTold} < d.version
    end`);
  const stored = sql`select ${source}::text, d.id ${storedPart} from deleted d where d.known`;
  await markStored(tx, rollupsOf(entity.id), tenant, stored, entity.partitionedBy);
  await markTickets(tx, tenant.tenantId, { entity, source }, sql`select d.id from deleted d where d.known`);
  await markRelated(tx, tenant, { entity, source }, sql`select d.id from deleted d where d.known`);
  await markDeletedConversations(tx, tenant.tenantId, { entity, source });
  const required = Object.entries(entity.fields)
    .filter(([, field]) => field.required && field.type === 'timestamp')
    .map(([name]) => name);
  const [count] = await tx.query<{ records: number }>(sql`
    with gone as (
      update ${raw(entity.table)} t set version = d.version, deleted_at = coalesce(t.deleted_at, d.at)
      from deleted d
      where t.tenant_id = ${tenant.tenantId} and t.source = ${source} and t.id = d.id ${samePart}
      returning d.present
    ), tombstones as (
      insert into ${raw(entity.table)} (${join(['tenant_id', 'source', 'id', 'version', 'deleted_at', ...required].map((name) => raw(name)))})
      select ${tenant.tenantId}::bigint, ${source}, d.id, d.version, ${join(['deleted_at', ...required].map(() => sql`d.at`))}
      from deleted d
      where not d.known
    )
    select count(*) filter (where present)::int as records from gone`);
  // A deletion moves no record to another day, but for those that are dated by it.
  const byEnd = rollupsOf(entity.id).filter(({ withDeleted }) => withDeleted);
  await markStored(tx, byEnd, tenant, stored, entity.partitionedBy);
  await tx.run(sql`drop table deleted`);
  return count?.records ?? 0;
}
