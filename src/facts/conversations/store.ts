import sql, { raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../../db/db.ts';
import { refreshStatistics } from '../../db/statistics.ts';
import { rollupsOfFacts } from '../../rollups/index.ts';
import { markStored } from '../../rollups/marks.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import { type FactTable, soughtColumns } from './tables.ts';

/** Stored facts of the chats in `spans`, within their times: what the made ones are to replace. */
export function storedFacts(tenantId: number, { table, columns, at }: FactTable): Sql {
  const names = raw(columns.map((name) => `f.${name}`).join(', '));
  return sql`
    select ${names} from spans s
    cross join lateral (
      select * from ${raw(table)}
      where tenant_id = ${tenantId} and source = s.source and chat = s.chat and s.chat like 'u:%'
        and ${raw(at)} >= s.from_at and ${raw(at)} <= s.to_at
      offset 0
    ) as f
    union all
    select ${names} from spans s
    cross join lateral (
      select * from ${raw(table)}
      where tenant_id = ${tenantId} and source = s.source and chat = s.chat and s.chat like 'c:%'
      offset 0
    ) as f`;
}

/**
 * Replaces the stored facts by those made, and marks the days on which the changed ones counted and count now. What is as
 * it was is left alone. Returns how many changed.
 */
export async function storeFacts(tx: Tx, tenant: TenantZone, facts: FactTable): Promise<number> {
  const { tenantId } = tenant;
  const { table, made, columns } = facts;
  const list = (alias: string) => raw(columns.map((name) => `${alias}.${name}`).join(', '));
  await tx.run(sql`
    create temp table changed on commit drop as
    select coalesce(m.source, k.source) as source, coalesce(m.id, k.id) as id, m.id is null as gone, k.id is not null as was
    from ${raw(made)} m
    full join (${storedFacts(tenantId, facts)}) as k on k.source = m.source and k.id = m.id
    where m.id is null or k.id is null or (${list('m')}) is distinct from (${list('k')})`);
  const [count] = await tx.query<{ changed: number }>(sql`select count(*)::int as changed from changed`);
  const changed = count?.changed ?? 0;
  if (changed > 0) {
    const rollups = rollupsOfFacts(table);
    await markStored(tx, rollups, tenant, sql`select source, id from changed where was`);
    await tx.run(sql`
      delete from ${raw(table)} f using changed c
      where c.gone and f.tenant_id = ${tenantId} and f.source = c.source and f.id = c.id`);
    // A reply that moved here from another chat is still stored as of that one.
    await tx.run(sql`
      insert into ${raw(table)} (tenant_id, ${raw(columns.join(', '))})
      select ${tenantId}::bigint, ${list('m')}
      from ${raw(made)} m join changed c on c.source = m.source and c.id = m.id
      on conflict (tenant_id, source, id) do update
      set ${raw(columns.map((name) => `${name} = excluded.${name}`).join(', '))}`);
    // A first fill looks its own rows up: without figures of the table by any index that begins with the tenant.
    await refreshStatistics(tx, table, soughtColumns(facts), changed);
    await markStored(tx, rollups, tenant, sql`select source, id from changed where not gone`);
  }
  await tx.run(sql`drop table changed`);
  return changed;
}
