import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { ensurePartitions, isPartitioned } from '../db/partitions.ts';
import { refreshStatistics } from '../db/statistics.ts';
import { type Entity, entityIds, unknownSince } from '../domain/entity.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import { columns } from '../rollups/rollup.ts';
import type { Batch, WriteRun, Written } from './batch.ts';
import { compare, trackedFields, writtenFields } from './compare.ts';
import { markConversations } from './conversation-marks.ts';
import { lockWriters } from './lock.ts';
import { createReferenced } from './references.ts';
import { markRelated } from './related-marks.ts';
import { markTickets } from './sla-marks.ts';

/**
 * The one way records get into crm.*: applies staged batches inside the caller's transaction, in the order of
 * `entityIds`. Per batch: lock (before anything is read), compare with what is stored, mark the days touched records
 * count on, append change rows, upsert, mark the days they count on now, move the stream. A record is touched when it is
 * new, or differs and is not older than what is stored; the rest is left alone, so a repeated batch writes nothing.
 * Draining the marks is the caller's, after the commit.
 */
export async function writeBatches(tx: Tx, run: WriteRun, batches: readonly Batch[]): Promise<Map<Batch, Written>> {
  await lockWriters(
    tx,
    run.tenant.tenantId,
    batches.map((batch) => batch.entity),
  );
  const written = new Map<Batch, Written>();
  const rank = (batch: Batch) => entityIds.indexOf(batch.entity.id);
  for (const batch of batches.toSorted((a, b) => rank(a) - rank(b)))
    written.set(batch, await writeBatch(tx, run, batch));
  return written;
}

async function writeBatch(tx: Tx, run: WriteRun, batch: Batch): Promise<Written> {
  const { entity, source } = batch;
  const { tenant } = run;
  await compare(tx, tenant.tenantId, batch);
  const counts = await tx.query<{ outcome: string; records: number }>(
    sql`select outcome, count(*)::int as records from compared group by outcome`,
  );
  const countOf = (outcome: string) => counts.find((row) => row.outcome === outcome)?.records ?? 0;
  const waiting =
    countOf('waiting') === 0
      ? []
      : await tx.query<{ id: string }>(sql`select id from compared where outcome = 'waiting' order by id`);
  const written: Written = {
    inserted: countOf('inserted'),
    updated: countOf('updated'),
    unchanged: countOf('unchanged') + countOf('confirmed'),
    older: countOf('older'),
    waiting: waiting.map(({ id }) => id),
  };

  const rollups = rollupsOf(entity.id);
  const stored = raw(entity.partitionedBy ? ', c.stored_part' : '');
  if (written.updated > 0) {
    await markStored(
      tx,
      rollups,
      tenant,
      sql`select ${source}::text, c.id ${stored} from compared c where c.outcome = 'updated'`,
      entity.partitionedBy,
    );
    // An event may be told of another ticket than before.
    if (entity.ticketOf !== 'id')
      await markTickets(tx, tenant.tenantId, batch, sql`select c.id from compared c where c.outcome = 'updated'`);
    await markRelated(tx, tenant, batch, sql`select c.id from compared c where c.outcome = 'updated'`);
    await appendChanges(tx, run, batch);
  }
  if (written.inserted + written.updated > 0) await markConversations(tx, tenant.tenantId, batch);
  if (written.inserted + written.updated + countOf('confirmed') > 0) {
    if (entity.partitionedBy) await makeRoom(tx, tenant.tenantId, batch, entity.partitionedBy);
    await upsert(tx, run, batch);
  }
  if (written.inserted + written.updated > 0) {
    await refreshStatistics(tx, entity.table, soughtColumns(entity), written.inserted);
    const part = raw(entity.partitionedBy ? `, c.${entity.partitionedBy}` : '');
    await markStored(
      tx,
      rollups,
      tenant,
      sql`select ${source}::text, c.id ${part} from compared c where c.outcome in ('inserted', 'updated')`,
      entity.partitionedBy,
    );
    const touched = sql`select c.id from compared c where c.outcome in ('inserted', 'updated')`;
    await markTickets(tx, tenant.tenantId, batch, touched);
    await markRelated(tx, tenant, batch, touched);
    await createReferenced(tx, tenant.tenantId, batch);
  }
  await tx.run(sql`drop table compared`);
  await moveStream(tx, run, batch);
  return written;
}

/** Partitions for what comes, and records that move to another one: an upsert finds them by their new place only. */
async function makeRoom(tx: Tx, tenantId: number, batch: Batch, by: string): Promise<void> {
  const { entity, source } = batch;
  if (!isPartitioned(entity.table)) throw new RangeError(`${entity.table} has no partitions`);
  const dates = await tx.query<{ date: string }>(sql`
    select distinct date_trunc('month', ${raw(by)} at time zone 'UTC')::date as date
    from compared where outcome in ('inserted', 'updated')`);
  await ensurePartitions(
    tx,
    entity.table,
    dates.map(({ date }) => date),
  );
  await tx.run(sql`
    update ${raw(entity.table)} t set ${raw(by)} = c.${raw(by)}
    from compared c
    where c.outcome = 'updated' and c.${raw(by)} <> c.stored_part
      and t.tenant_id = ${tenantId} and t.source = ${source} and t.id = c.id and t.${raw(by)} = c.stored_part`);
}

/**
 * A record's history begins with its second state; one made only to have its id known had none yet. A change is never
 * dated before the record's last one (a source that turns from counters to times, a clock put back): in the order of
 * `at`, then `id`, changes always lead to what is stored.
 */
async function appendChanges(tx: Tx, run: WriteRun, batch: Batch): Promise<void> {
  const tracked = trackedFields(batch);
  if (tracked.length === 0) return;
  const at =
    batch.version === 'time'
      ? sql`timestamptz 'epoch' + c.version * interval '1 microsecond'`
      : sql`${run.at.toString()}::timestamptz`;
  await tx.run(sql`
    insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
    select ${run.tenant.tenantId}::bigint, ${batch.entity.id}, ${batch.source}, c.id, f.field, f.old, f.new,
      greatest(${at}, last.at)
    from compared c
    cross join lateral (
      select max(h.at) as at from crm.changes h
      where h.tenant_id = ${run.tenant.tenantId} and h.entity = ${batch.entity.id} and h.source = ${batch.source}
        and h.entity_id = c.id
    ) as last
    cross join lateral (
      values ${raw(tracked.map((field) => `('${field}', c.old_${field}, c.${field}::text)`).join(', '))}
    ) as f (field, old, new)
    where c.outcome = 'updated' and c.known and f.old is distinct from f.new
    order by c.id`);
}

async function upsert(tx: Tx, run: WriteRun, batch: Batch): Promise<void> {
  const { entity, source } = batch;
  const fields = writtenFields(batch);
  const assigned = [...fields, 'version', ...(entity.partial ? ['field_versions'] : [])];
  const firstSeen = entity.firstSeen ? [sql`first_seen_at`] : [];
  const key = ['tenant_id', 'source', 'id', ...(entity.partitionedBy ? [entity.partitionedBy] : [])];
  const deletion = raw(fields.includes('deleted_at') ? '' : ', deleted_at = null');
  const seen = raw(entity.firstSeen ? ', first_seen_at = coalesce(t.first_seen_at, excluded.first_seen_at)' : '');
  const told = assigned.map((name) => raw(name === 'version' ? 'c.row_version' : `c.${name}`));
  await tx.run(sql`
    insert into ${raw(entity.table)} as t (tenant_id, source, id, ${join([...assigned.map((name) => raw(name)), ...firstSeen])})
    select ${run.tenant.tenantId}::bigint, ${source}, c.id, ${join([...told, ...firstSeen.map(() => sql`${run.at.toString()}::timestamptz`)])}
    from compared c
    where c.outcome in ('inserted', 'updated', 'confirmed')
    on conflict (${columns(key)}) do update
    set ${raw(assigned.map((name) => `${name} = excluded.${name}`).join(', '))} ${deletion} ${seen}
    where excluded.version >= t.version`);
}

/** What statements look for in an entity's table. A rollup may also be dated by what a view adds to the entity. */
function soughtColumns(entity: Entity): string[] {
  const own = rollupsOf(entity.id).filter(({ entityTable, at }) => entityTable === entity.table || at in entity.fields);
  const parts = entity.partitionedBy ? [entity.partitionedBy] : [];
  const chat = entity.id === 'message' ? ['contact_id', 'conversation_id'] : [];
  return [
    ...new Set(['tenant_id', 'source', 'id', entity.ticketOf ?? 'id', ...parts, ...chat, ...own.map(({ at }) => at)]),
  ];
}

/** Notes how far a source's stream of an entity is; it never goes back. Without `asOf` only that it was written to. */
export async function moveStream(
  tx: Tx,
  run: WriteRun,
  batch: Pick<Batch, 'source' | 'entity' | 'asOf'>,
): Promise<void> {
  const at = run.at.toString();
  const asOf = batch.asOf?.toString() ?? null;
  if (asOf !== null && batch.entity.firstSeen) await markSeenSince(tx, run, batch);
  await tx.run(sql`
    insert into ops.streams as s (${columns(['tenant_id', 'source', 'stream', 'as_of', 'loaded_at', 'first_complete_at'])})
    values (
      ${run.tenant.tenantId}, ${batch.source}, ${batch.entity.id}, ${asOf}, ${at}, ${asOf === null ? null : at})
    on conflict (tenant_id, source, stream) do update
    set as_of = greatest(s.as_of, excluded.as_of), loaded_at = greatest(s.loaded_at, excluded.loaded_at),
      first_complete_at = coalesce(s.first_complete_at, excluded.first_complete_at)`);
}

/**
 * A stream is about to be called whole for the first time. What was seen after that moment (told by whoever, while it was
 * being read) counts as new from then on: its days are marked. What the reading showed was there before, nobody knows since
 * when: it did not begin with the reading.
 */
async function markSeenSince(
  tx: Tx,
  run: WriteRun,
  { source, entity }: Pick<Batch, 'source' | 'entity'>,
): Promise<void> {
  const { tenant } = run;
  await lockWriters(tx, tenant.tenantId, [entity]);
  const [stream] = await tx.query<{ isWhole: boolean }>(sql`
    select first_complete_at is not null as "isWhole" from ops.streams
    where tenant_id = ${tenant.tenantId} and source = ${source} and stream = ${entity.id}`);
  if (stream?.isWhole) return;
  const at = run.at.toString();
  const mine = sql`tenant_id = ${tenant.tenantId} and source = ${source}`;
  const seen = sql`select source, id from ${raw(entity.table)} where ${mine} and first_seen_at is not null`;
  await markStored(tx, rollupsOf(entity.id), tenant, seen);
  await tx.run(sql`
    update ${raw(entity.table)} set first_seen_at = ${`${unknownSince}T00:00:00Z`}::timestamptz
    where ${mine} and first_seen_at <= ${at}::timestamptz`);
  await markStored(tx, rollupsOf(entity.id), tenant, seen);
}
