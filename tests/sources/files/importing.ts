import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll } from 'vitest';
import type { Db } from '../../../src/db/db.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { Rejection } from '../../../src/sources/files/convert.ts';
import { type ImportDeps, type ImportOptions, importFile } from '../../../src/sources/files/import-file.ts';
import { parseMapping } from '../../../src/sources/files/read-mapping.ts';
import type { ImportSummary } from '../../../src/sources/files/summary.ts';
import { makeTenant } from '../../database.ts';

export const runAt = '2026-11-20T00:00:00Z';

/** A folder for files of this test file, removed at the end. */
export function useFolder(): { write(name: string, content: string | Buffer): Promise<string> } {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'crema-import-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return {
    async write(name, content) {
      const file = path.join(dir, name);
      await writeFile(file, content);
      return file;
    },
  };
}

export const ticketMap = `entity: ticket
fields: {id: id, created_at: created, updated_at: updated, priority: priority, status: status, team_id: team, operator_id: operator}`;

/** A tenant of its own to import into. */
export async function aTenant(db: Db, folder: ReturnType<typeof useFolder>, timezone = 'UTC') {
  const tenantId = await makeTenant(db, `t${Math.random().toString(36).slice(2)}`, { timezone });
  const tenant = { tenantId, timezone };
  const rejected: Rejection[] = [];
  return {
    tenantId,
    tenant,
    rejected,
    async import(
      content: string | Buffer,
      map = ticketMap,
      more: Partial<ImportOptions> & Partial<ImportDeps> & { name?: string; at?: string } = {},
    ): Promise<ImportSummary> {
      const file = await folder.write(more.name ?? 'file.csv', content);
      const {
        db: usedDb = db,
        onProgress,
        onReject = (rejection: Rejection) => void rejected.push(rejection),
        at = runAt,
      } = more;
      const { strict = false, dryRun = false, asOf, tenant: usedTenant = tenant } = more;
      return importFile(
        { db: usedDb, clock: fixedClock(at), log: silentLog, onReject, ...(onProgress ? { onProgress } : {}) },
        { file, mapping: parseMapping(map, 'map.yaml'), tenant: usedTenant, strict, dryRun, ...(asOf ? { asOf } : {}) },
      );
    },
    tickets: () =>
      db.query<Record<string, unknown>>(sql`
        select id, created_at::text, updated_at::text, priority, status, team_id, operator_id, sla_met, reopened_count, channel, category,
          version, deleted_at
        from crm.tickets where tenant_id = ${tenantId} order by id`),
    changes: () =>
      db.query<Record<string, unknown>>(sql`
        select entity_id as id, field, old, new, at::text from crm.changes where tenant_id = ${tenantId} order by entity_id, crm.changes.at, field`),
    marks: async (rollup: string) =>
      (
        await db.query<{ bucket: string }>(sql`
          select distinct bucket from ops.dirty where tenant_id = ${tenantId} and rollup = ${rollup} order by 1`)
      ).map((row) => row.bucket),
    clearMarks: () => db.run(sql`delete from ops.dirty where tenant_id = ${tenantId}`),
  };
}

export const sumOf = (summary: ImportSummary) =>
  summary.written + summary.unchanged + summary.older + summary.superseded + summary.rejected;
