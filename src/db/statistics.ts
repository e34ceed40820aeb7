import sql, { raw } from 'sql-template-tag';
import type { Queryable } from './db.ts';

/** Fewest rows worth a look at the table. */
const fewest = 500;

/**
 * Has a table analysed when `changed` rows are a good part of it. The planner otherwise believes the old figures (none at
 * all after a first load) until autovacuum comes by, and takes any index for as good as the primary key. `columns` are
 * those that statements look for; all are code constants.
 */
export async function refreshStatistics(
  db: Queryable,
  table: string,
  columns: readonly string[],
  changed: number,
): Promise<void> {
  if (changed < fewest) return;
  const [known] = await db.query<{ rows: number }>(sql`
    select reltuples::bigint as rows from pg_class where oid = ${table}::regclass`);
  if (changed < (known?.rows ?? 0) / 10) return;
  await db.run(sql`analyze ${raw(table)} (${raw(columns.join(', '))})`);
}
