import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import type { EntityId } from '../domain/entity.ts';
import { addDays } from '../domain/period.ts';
import { factsOf, type ReadAt, unsettledDays } from './read.ts';
import { columns, type Rollup, type TenantZone } from './rollup.ts';
import type { Snapshot } from './snapshots.ts';

/** Rows to be kept as they are believed to be at the end of each day. */
interface Kept {
  id: string;
  table: string;
  /** The stream that is there where there is something to believe. */
  stream: EntityId;
  /** Streams whose later loads change what is believed. */
  streams: readonly EntityId[];
  /** Key columns after tenant_id and day, then the numbers. */
  key: readonly string[];
  measures: readonly string[];
  /** The aggregates it is made of. */
  rollups: readonly Rollup[];
  /** Key and measures from the rows of those aggregates, one row per key. */
  believed(rowsOf: (rollup: Rollup) => Sql): Sql;
}

const keepDays = 365;

/** For so many hours after its end a day is still told by what is stored; what was loaded later was not believed on it. */
const graceHours = 6;

/** A snapshot that stores what differs from the day before: what stays as it was is one row, however long. */
export function snapshotOf(kept: Kept): Snapshot {
  const { id, table } = kept;
  return {
    id,
    table,
    keepDays,
    async take(tx, tenant, day, asOf) {
      const { tenantId } = tenant;
      await lockStream(tx, tenantId, `snapshot ${id}`);
      const last = await lastTaken(tx, tenantId, id);
      if ((last !== null && last >= day) || !(await isStillBelieved(tx, kept, tenantId, asOf))) return 0;
      const rows = await store(tx, kept, tenant, { day, last, asOf });
      await tx.run(sql`insert into ops.snapshots (tenant_id, snapshot, day) values (${tenantId}, ${id}, ${day})`);
      await tx.run(sql`
        delete from ops.snapshots
        where tenant_id = ${tenantId} and snapshot = ${id} and day < ${addDays(day, -keepDays)}::date`);
      return rows;
    },
  };
}

async function lastTaken(reader: Queryable, tenantId: number, id: string): Promise<string | null> {
  const [row] = await reader.query<{ last: string | null }>(sql`
    select max(day) as last from ops.snapshots where tenant_id = ${tenantId} and snapshot = ${id}`);
  return row?.last ?? null;
}

/** Whether there was something to believe, and nothing has been loaded since that would be taken for known then. */
async function isStillBelieved(
  reader: Queryable,
  { stream, streams }: Kept,
  tenantId: number,
  asOf: Temporal.Instant,
): Promise<boolean> {
  const latest = asOf.add({ hours: graceHours }).toString();
  const [row] = await reader.query<{ believed: boolean | null }>(sql`
    select bool_and(loaded_at <= ${latest}::timestamptz) and bool_or(stream = ${stream}) as believed
    from ops.streams where tenant_id = ${tenantId} and stream = any (${streams as string[]}::text[])`);
  return row?.believed === true;
}

async function store(
  tx: Tx,
  { table, key, measures, rollups, believed }: Kept,
  tenant: TenantZone,
  { day, last, asOf }: { day: string; last: string | null; asOf: Temporal.Instant },
): Promise<number> {
  const { tenantId } = tenant;
  const names = columns([...key, ...measures]);
  // The end of the day is the first instant of the next one.
  const now = asOf.subtract({ microseconds: 1 });
  // As a question would be answered at that moment.
  const at: ReadAt = { ...tenant, now, unsettled: await unsettledDays(tx, rollups, tenant, now) };
  const rowsOf = (rollup: Rollup) => factsOf(rollup, at, { from: '0001-01-01', to: addDays(day, 1) });
  await tx.run(sql`create temp table believed on commit drop as ${believed(rowsOf)}`);
  const standing = sql`select ${names} from ${raw(table)} where tenant_id = ${tenantId} and day = 'infinity'`;
  // By sorting or hashing both sides, whatever the planner thinks of their sizes.
  await tx.run(sql`create temp table begun on commit drop as select ${names} from believed except ${standing}`);
  await tx.run(sql`create temp table ended on commit drop as ${standing} except select ${names} from believed`);
  await tx.run(sql`analyze ended`);
  const alike = raw(key.map((name) => `s.${name} = e.${name}`).join(' and '));
  if (last !== null)
    await tx.run(sql`
      update ${raw(table)} s set day = ${last}::date from ended e
      where s.tenant_id = ${tenantId} and s.day = 'infinity' and ${alike}`);
  await tx.run(sql`
    insert into ${raw(table)} (tenant_id, day, since, ${names})
    select ${tenantId}::bigint, 'infinity', ${day}::date, ${names} from begun`);
  const [count] = await tx.query<{ rows: number }>(sql`select count(*)::int as rows from believed`);
  await tx.run(sql`drop table believed, begun, ended`);
  return count?.rows ?? 0;
}

/** Those of some local days of which the snapshot was taken. */
export async function takenDays(
  reader: Queryable,
  { tenantId }: TenantZone,
  id: string,
  days: readonly string[],
): Promise<Set<string>> {
  const rows = await reader.query<{ day: string }>(sql`
    select day from ops.snapshots
    where tenant_id = ${tenantId} and snapshot = ${id} and day = any (${days as string[]}::date[])`);
  return new Set(rows.map(({ day }) => day));
}

/** The first local day of which the snapshot was taken; null: none. */
export async function firstTaken(reader: Queryable, { tenantId }: TenantZone, id: string): Promise<string | null> {
  const [row] = await reader.query<{ first: string | null }>(sql`
    select min(day) as first from ops.snapshots where tenant_id = ${tenantId} and snapshot = ${id}`);
  return row?.first ?? null;
}
