import sql, { empty, raw } from 'sql-template-tag';
import { noteChange } from '../db/changes.ts';
import type { Db, Tx } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import { markAll } from './marks.ts';
import { columns, type Rollup, sourceRows, type TenantZone } from './rollup.ts';

/** Lets a busy week be grouped in memory; PostgreSQL's default (4 MB) sorts on disk from about 50,000 rows. */
const workMemory = '64MB';

export interface Drained {
  rollup: string;
  buckets: number;
  rows: number;
}

/**
 * Makes the marked days of one rollup again. Three steps in this order, each a statement of its own in READ COMMITTED:
 * lock, delete the marks, recompute. Every mark deleted belongs to a transaction visible to the delete, hence to the
 * later recompute; a transaction not yet visible still has its mark. So no marks left for a day means the day equals a
 * recompute. A changed definition or time zone marks every day first; readers see the old rows until the commit.
 */
export async function drain(db: Db, rollup: Rollup, tenant: TenantZone, drainedAt: Temporal.Instant): Promise<Drained> {
  return db.tx(async (tx) => {
    await lockStream(tx, tenant.tenantId, rollup.stream);
    await markOutdated(tx, rollup, tenant);
    return drainMarks(tx, rollup, tenant, drainedAt);
  });
}

/** Recomputes everything: marks every day, then drains, in one transaction. */
export async function rebuild(
  db: Db,
  rollup: Rollup,
  tenant: TenantZone,
  drainedAt: Temporal.Instant,
): Promise<Drained> {
  return db.tx(async (tx) => {
    await lockStream(tx, tenant.tenantId, rollup.stream);
    await markAll(tx, rollup, tenant);
    return drainMarks(tx, rollup, tenant, drainedAt);
  });
}

/** Marks every day where the stored ones were made in another zone or by another definition, or never. */
async function markOutdated(tx: Tx, rollup: Rollup, tenant: TenantZone): Promise<void> {
  const [made] = await tx.query<{ definition_version: number; timezone: string }>(sql`
    select definition_version, timezone from ops.rollups
    where tenant_id = ${tenant.tenantId} and rollup = ${rollup.id}`);
  if (made?.definition_version !== rollup.definitionVersion || made.timezone !== tenant.timezone)
    await markAll(tx, rollup, tenant);
}

async function drainMarks(tx: Tx, rollup: Rollup, tenant: TenantZone, drainedAt: Temporal.Instant): Promise<Drained> {
  const marks = await tx.query<{ bucket: string }>(sql`
    with taken as (
      delete from ops.dirty where tenant_id = ${tenant.tenantId} and rollup = ${rollup.id} returning bucket
    )
    select distinct bucket from taken`);
  const days = marks.map((mark) => mark.bucket);
  let rows = 0;
  if (days.length > 0) {
    await tx.query(sql`select set_config('work_mem', ${workMemory}, true)`);
    await tx.run(sql`
      delete from ${raw(rollup.table)} where tenant_id = ${tenant.tenantId} and day = any (${days}::date[])`);
    rows = await tx.run(sql`
      insert into ${raw(rollup.table)} (tenant_id, day, ${columns(rollup.key)}, ${columns(rollup.measures)})
      ${rollup.select(sourceRows(rollup, tenant, { days }), tenant.timezone)}`);
  }
  await tx.run(sql`
    insert into ops.rollups (tenant_id, rollup, definition_version, timezone, drained_at)
    values (${tenant.tenantId}, ${rollup.id}, ${rollup.definitionVersion}, ${tenant.timezone}, ${drainedAt.toString()})
    on conflict (tenant_id, rollup) do update
    set definition_version = excluded.definition_version, timezone = excluded.timezone, drained_at = excluded.drained_at`);
  if (days.length > 0) await noteChange(tx, tenant.tenantId, rollup.id);
  return { rollup: rollup.id, buckets: days.length, rows };
}

/** One cell that differs between the stored aggregate and its recompute; null stands for "no such row". */
export interface DifferingCell {
  key: Record<string, unknown>;
  measure: string;
  stored: string | null;
  recomputed: string | null;
}

export interface Verified {
  rollup: string;
  rows: number;
  cells: number;
  /** Cells that differ; at most 100 of them are listed. */
  differing: number;
  examples: DifferingCell[];
}

export interface VerifyOptions {
  /** Only these days; all when not given. */
  days?: readonly string[];
  /** Marks the days that differ, so that the next drain makes them again. */
  mark?: boolean;
}

/**
 * Drains what is marked, then compares every cell with a recompute, all under the stream's lock: so a difference is a
 * defect, never a change that was still waiting.
 */
export async function verify(
  db: Db,
  rollup: Rollup,
  tenant: TenantZone,
  drainedAt: Temporal.Instant,
  { days, mark = false }: VerifyOptions = {},
): Promise<Verified> {
  if (days?.length === 0) return { rollup: rollup.id, rows: 0, cells: 0, differing: 0, examples: [] };
  return db.tx(async (tx) => {
    await lockStream(tx, tenant.tenantId, rollup.stream);
    await markOutdated(tx, rollup, tenant);
    await drainMarks(tx, rollup, tenant, drainedAt);
    await tx.run(sql`
      create temp table recomputed on commit drop as
      ${rollup.select(sourceRows(rollup, tenant, days ? { days } : {}), tenant.timezone)}`);
    const list = (alias: string, names: readonly string[]) => names.map((name) => `${alias}.${name}`).join(', ');
    const keys = ['day', ...rollup.key];
    const storedDays = days ? sql`and day = any (${days as string[]}::date[])` : empty;
    const compared = sql`
      (select * from ${raw(rollup.table)} where tenant_id = ${tenant.tenantId} ${storedDays}) s
      full join recomputed f on ${raw(keys.map((key) => `s.${key} = f.${key}`).join(' and '))}`;
    const differs = raw(
      `s.tenant_id is null or f.tenant_id is null or (${list('s', rollup.measures)}) is distinct from (${list('f', rollup.measures)})`,
    );
    const [count] = await tx.query<{ rows: number }>(sql`select count(*)::int as rows from ${compared}`);
    const rows = count?.rows ?? 0;
    await tx.run(sql`
      create temp table differing on commit drop as
      select
        jsonb_build_object(${raw(keys.map((key) => `'${key}', coalesce(s.${key}, f.${key})`).join(', '))}) as key,
        cell.measure, cell.stored, cell.recomputed
      from ${compared}
      cross join lateral (
        values ${raw(rollup.measures.map((name) => `('${name}', s.${name}::text, f.${name}::text)`).join(', '))}
      ) as cell (measure, stored, recomputed)
      where (${differs}) and cell.stored is distinct from cell.recomputed`);
    const [different] = await tx.query<{ cells: number }>(sql`select count(*)::int as cells from differing`);
    const examples = await tx.query<DifferingCell>(sql`
      select key, measure, stored, recomputed from differing order by key ->> 'day', key::text, measure limit 100`);
    if (mark)
      await tx.run(sql`
        insert into ops.dirty (tenant_id, rollup, bucket)
        select distinct ${tenant.tenantId}::bigint, ${rollup.id}::text, (key ->> 'day')::date from differing`);
    return {
      rollup: rollup.id,
      rows,
      cells: rows * rollup.measures.length,
      differing: different?.cells ?? 0,
      examples,
    };
  });
}
