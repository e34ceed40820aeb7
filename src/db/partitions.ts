import sql, { raw } from 'sql-template-tag';
import type { Queryable } from './db.ts';
import { lockPartitions } from './locks.ts';

/** Tables that are partitioned by quarter, and by which column. */
export const partitionedTables = { 'crm.messages': 'sent_at', 'crm.activity': 'at' } as const;
export type PartitionedTable = keyof typeof partitionedTables;

export function isPartitioned(table: string): table is PartitionedTable {
  return table in partitionedTables;
}

/**
 * Makes the partitions that hold the given UTC dates (any day of the quarter), in the caller's transaction; returns how
 * many were missing. Made apart and attached: that waits for no reader and no writer of the other partitions, only for
 * whoever makes partitions of the same table. Dates before 2000 and after 2099 have their partitions already.
 */
export async function ensurePartitions(
  tx: Queryable,
  table: PartitionedTable,
  dates: readonly string[],
): Promise<number> {
  const wanted = [...new Set(dates.map(quarterOf))].filter((from) => from >= '2000' && from < '2100').toSorted();
  const missing = await missingOf(tx, table, wanted);
  if (missing.length === 0) return 0;
  await lockPartitions(tx, table);
  const still = await missingOf(tx, table, missing);
  for (const from of still) {
    const name = nameOf(table, from);
    const to = Temporal.PlainDate.from(from).add({ months: 3 }).toString();
    await tx.run(sql`create table ${raw(name)} (like ${raw(table)} including all)`);
    await tx.run(
      sql`alter table ${raw(table)} attach partition ${raw(name)} for values from (${raw(`'${from}T00:00:00Z'`)}) to (${raw(`'${to}T00:00:00Z'`)})`,
    );
  }
  return still.length;
}

async function missingOf(tx: Queryable, table: string, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query<{ from: string }>(sql`
    select w.date as from from unnest(${wanted as string[]}::text[], ${wanted.map((from) => nameOf(table, from))}::text[]) as w (date, name)
    where to_regclass(w.name) is null`);
  return rows.map(({ from }) => from);
}

/** First day of the quarter a date lies in. */
function quarterOf(date: string): string {
  const { year, month } = Temporal.PlainDate.from(date);
  return Temporal.PlainDate.from({ year, month: month - ((month - 1) % 3), day: 1 }).toString();
}

function nameOf(table: string, from: string): string {
  return `${table}_${from.slice(0, 4)}q${(Number(from.slice(5, 7)) + 2) / 3}`;
}
