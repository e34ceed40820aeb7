import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db/db.ts';

/** Runs `work` while a table has no indexes, and makes them again afterwards: filling it takes half as long. */
export async function withoutIndexes<T>(db: Db, table: string, work: () => Promise<T>): Promise<T> {
  const keys = await db.query<{ name: string; definition: string }>(sql`
    select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${table}::regclass and contype = 'p'`);
  const indexes = await db.query<{ name: string; definition: string }>(sql`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = ${table}::regclass and not indisprimary`);
  for (const { name } of keys) await db.run(sql`alter table ${raw(table)} drop constraint ${raw(name)}`);
  for (const { name } of indexes) await db.run(sql`drop index ${raw(name)}`);
  const result = await work();
  await db.tx(async (tx) => {
    await tx.run(sql`set local maintenance_work_mem = '256MB'`);
    for (const { name, definition } of keys)
      await tx.run(sql`alter table ${raw(table)} add constraint ${raw(name)} ${raw(definition)}`);
    for (const { definition } of indexes) await tx.run(raw(definition.replace(' ON ONLY ', ' ON ')));
  });
  return result;
}
