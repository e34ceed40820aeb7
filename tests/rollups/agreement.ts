import sql, { join, raw } from 'sql-template-tag';
import { expect } from 'vitest';
import type { Db } from '../../src/db/db.ts';
import { drain, verify } from '../../src/rollups/engine.ts';
import { type Rollup, sourceRows, type TenantZone } from '../../src/rollups/rollup.ts';

/** Days without a mark whose stored rows are not their recompute, in one snapshot: what a reader might be told. */
export function wrongDays(db: Db, tenant: TenantZone, rollup: Rollup): Promise<{ day: string }[]> {
  const names = join(['tenant_id', 'day', ...rollup.key, ...rollup.measures].map((name) => raw(name)));
  const stored = sql`select ${names} from ${raw(rollup.table)} where tenant_id = ${tenant.tenantId}`;
  const recomputed = sql`select ${names} from (${rollup.select(sourceRows(rollup, tenant), tenant.timezone)}) as r`;
  return db.query(sql`
    select distinct day from (
      (${stored} except all ${recomputed}) union all (${recomputed} except all ${stored})
    ) as wrong
    where day not in (select bucket from ops.dirty where tenant_id = ${tenant.tenantId} and rollup = ${rollup.id})`);
}

/** Holds that no mark is left once the rollups are drained, and that then nothing differs from a recompute. */
export async function expectSettled(
  db: Db,
  tenant: TenantZone,
  rollups: readonly Rollup[],
  at: Temporal.Instant,
): Promise<void> {
  for (const rollup of rollups) await drain(db, rollup, tenant, at);
  const marks = await db.query(sql`
    select rollup, bucket from ops.dirty
    where tenant_id = ${tenant.tenantId} and rollup = any (${rollups.map(({ id }) => id)}::text[])`);
  expect(marks, 'marks left after every rollup was drained').toEqual([]);
  for (const rollup of rollups) {
    const { differing, examples } = await verify(db, rollup, tenant, at);
    expect({ differing, examples }, rollup.id).toEqual({ differing: 0, examples: [] });
  }
}
