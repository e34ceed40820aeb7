import sql, { join, raw } from 'sql-template-tag';
import type { Db } from '../../src/db/db.ts';
import { entities } from '../../src/domain/entities.ts';
import type { Batch, Written } from '../../src/ingest/batch.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { writeBatches } from '../../src/ingest/write.ts';
import type { TenantZone } from '../../src/rollups/rollup.ts';

export const writtenAt = Temporal.Instant.from('2026-11-20T00:00:00Z');

export interface TicketState {
  id: string;
  version: number;
  [field: string]: string | number | boolean | null;
}

/** Writes ticket states through the writer, as a source would; the fields are those of the first state. */
export async function writeTickets(
  db: Db,
  tenant: TenantZone,
  states: readonly TicketState[],
  more: Partial<Pick<Batch, 'keeps' | 'version' | 'source'>> & { at?: Temporal.Instant } = {},
): Promise<Written> {
  const { keeps = [], version = 'counter', source = 'import', at = writtenAt } = more;
  const fields = Object.keys(states[0]!).filter((name) => name !== 'id' && name !== 'version');
  return db.tx(async (tx) => {
    await tx.run(sql`
      create temp table incoming on commit drop as
      select id, version, ${raw(fields.join(', '))} from crm.tickets limit 0`);
    for (const state of states) {
      const names = ['id', 'version', ...fields];
      await tx.run(sql`
        insert into incoming (${raw(names.join(', '))}) values (${join(names.map((name) => state[name] ?? null))})`);
    }
    const batch: Batch = { entity: entities.ticket, source, table: 'incoming', fields, keeps, version, asOf: at };
    const written = await writeBatches(tx, { tenant, at }, [batch]);
    return written.get(batch)!;
  });
}

export function deleteTickets(
  db: Db,
  tenant: TenantZone,
  ids: readonly string[],
  version: number,
  at = writtenAt,
): Promise<number> {
  return db.tx((tx) => deleteRecords(tx, { tenant, at }, { entity: entities.ticket, source: 'import', ids, version }));
}

export async function takeMarks(db: Db, tenant: TenantZone): Promise<Record<string, string[]>> {
  const rows = await db.query<{ rollup: string; bucket: string }>(sql`
    delete from ops.dirty where tenant_id = ${tenant.tenantId} returning rollup, bucket`);
  const marks: Record<string, string[]> = {};
  for (const { rollup, bucket } of rows) marks[rollup] = [...new Set([...(marks[rollup] ?? []), bucket])].toSorted();
  return marks;
}
