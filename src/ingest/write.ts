import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { refreshStatistics } from '../db/statistics.ts';
import { type Entity, entityIds } from '../domain/entities.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import { columns } from '../rollups/rollup.ts';
import { type Batch, placeholderVersion, type WriteRun, type Written } from './batch.ts';
import { lockWriters } from './lock.ts';
import { createReferenced } from './references.ts';
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
  // Nobody analyses temp tables, and without the key the marks below could become a join of everything with everything.
  await tx.run(sql`alter table compared add primary key (id)`);
  await tx.run(sql`analyze compared (id, outcome)`);
  const counts = await tx.query<{ outcome: string; records: number }>(
    sql`select outcome, count(*)::int as records from compared group by outcome`,
  );
  const countOf = (outcome: string) => counts.find((row) => row.outcome === outcome)?.records ?? 0;
  const written = {
    inserted: countOf('inserted'),
    updated: countOf('updated'),
    unchanged: countOf('unchanged') + countOf('confirmed'),
    older: countOf('older'),
  };

  const rollups = rollupsOf(entity.id);
  if (written.updated > 0) {
    await markStored(
      tx,
      rollups,
      tenant,
      sql`select ${source}::text, c.id from compared c where c.outcome = 'updated'`,
    );
    // An event may be told of another ticket than before.
    if (entity.ticketOf !== 'id')
      await markTickets(tx, tenant.tenantId, batch, sql`select c.id from compared c where c.outcome = 'updated'`);
    await appendChanges(tx, run, batch);
  }
  if (written.inserted + written.updated + countOf('confirmed') > 0) await upsert(tx, tenant.tenantId, batch);
  if (written.inserted + written.updated > 0) {
    await refreshStatistics(tx, entity.table, soughtColumns(entity), written.inserted);
    const touched = sql`select ${source}::text, c.id from compared c where c.outcome in ('inserted', 'updated')`;
    await markStored(tx, rollups, tenant, touched);
    await markTickets(tx, tenant.tenantId, batch, sql`select id from (${touched}) as t (source, id)`);
    await createReferenced(tx, tenant.tenantId, batch);
  }
  await tx.run(sql`drop table compared`);
  await moveStream(tx, run, batch);
  return written;
}

/**
 * Every record of the batch beside the stored one, with what is to become of it. `confirmed` has the stored content but
 * a newer version: that version is taken over, or a state from in between, arriving late, would look newer than it is.
 * A deleted record comes back only by a state newer than its deletion.
 */
async function compare(tx: Tx, tenantId: number, batch: Batch): Promise<void> {
  const { entity, fields } = batch;
  const differs = [
    sql`false`,
    ...fields.map((field) => sql`${incoming(batch, field)} is distinct from ${raw(`t.${field}`)}`),
  ];
  const values = fields.map((field) => sql`, ${incoming(batch, field)} as ${raw(field)}`);
  const olds = trackedFields(batch).map((field) => raw(`, t.${field}::text as old_${field}`));
  await tx.run(sql`
    create temp table compared on commit drop as
    select
      s.id, s.version ${spread([...values, ...olds])},
      t.version > ${placeholderVersion}::bigint as known,
      case
        when t.id is null then 'inserted'
        when s.version < t.version or (t.deleted_at is not null and s.version = t.version) then 'older'
        when t.deleted_at is not null or ${join(differs, ' or ')} then 'updated'
        when s.version > t.version and ${batch.version !== 'run'}::boolean then 'confirmed'
        else 'unchanged'
      end as outcome
    from ${raw(batch.table)} s
    left join ${raw(entity.table)} t
      on t.tenant_id = ${tenantId} and t.source = ${batch.source} and t.id = s.id`);
}

function incoming(batch: Batch, field: string): Sql {
  return batch.keeps.includes(field) ? raw(`coalesce(s.${field}, t.${field})`) : raw(`s.${field}`);
}

function trackedFields(batch: Batch): string[] {
  return batch.fields.filter((field) => batch.entity.fields[field]?.tracked);
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

async function upsert(tx: Tx, tenantId: number, batch: Batch): Promise<void> {
  const { entity, fields, source } = batch;
  const assignments = fields.map((field) => raw(`${field} = excluded.${field}, `));
  await tx.run(sql`
    insert into ${raw(entity.table)} as t (tenant_id, source, id, version ${spread(fields.map((field) => raw(`, ${field}`)))})
    select ${tenantId}::bigint, ${source}, c.id, c.version ${spread(fields.map((field) => raw(`, c.${field}`)))}
    from compared c
    where c.outcome in ('inserted', 'updated', 'confirmed')
    on conflict (tenant_id, source, id) do update
    set ${spread(assignments)} version = excluded.version, deleted_at = null
    where excluded.version >= t.version`);
}

/** What statements look for in an entity's table. A rollup may also be dated by what a view adds to the entity. */
function soughtColumns(entity: Entity): string[] {
  const own = rollupsOf(entity.id).filter(({ entityTable, at }) => entityTable === entity.table || at in entity.fields);
  return [...new Set(['tenant_id', 'source', 'id', entity.ticketOf ?? 'id', ...own.map((rollup) => rollup.at)])];
}

async function moveStream(tx: Tx, run: WriteRun, batch: Batch): Promise<void> {
  await tx.run(sql`
    insert into ops.streams as s (${columns(['tenant_id', 'source', 'stream', 'as_of', 'loaded_at'])})
    values (${run.tenant.tenantId}, ${batch.source}, ${batch.entity.id}, ${batch.asOf.toString()}, ${run.at.toString()})
    on conflict (tenant_id, source, stream) do update
    set as_of = greatest(s.as_of, excluded.as_of), loaded_at = greatest(s.loaded_at, excluded.loaded_at)`);
}

function spread(parts: readonly Sql[]): Sql {
  return parts.length === 0 ? sql`` : join(parts, ' ');
}
