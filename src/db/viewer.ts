import sql from 'sql-template-tag';
import type { Db, Queryable } from './db.ts';

/** Crema itself: sees everything of the tenant. For the command line without `--as`, never for a request from outside. */
export const everything = '*';

/** Lets a question over all history group in memory; PostgreSQL's default (4 MB) sorts on disk from about 50,000 rows. */
const workMemory = '32MB';

/** On whose behalf rows are read. `viewer` is a person id of ops.people, or `everything`. */
export interface Viewpoint {
  tenantId: number;
  viewer: string;
}

/**
 * Runs `work` in one read-only snapshot as the restricted role, with tenant and viewer set for this transaction only:
 * the row policies then decide what it sees. A KPI that peeks elsewhere fails by permission.
 */
export function readAs<T>(db: Db, viewpoint: Viewpoint, work: (reader: Queryable) => Promise<T>): Promise<T> {
  return db.tx(
    async (tx) => {
      await tx.query(sql`
        select set_config('crema.tenant', ${String(viewpoint.tenantId)}, true),
          set_config('crema.viewer', ${viewpoint.viewer}, true),
          set_config('work_mem', ${workMemory}, true)`);
      await tx.query(sql`set local role crema_reader`);
      return work(tx);
    },
    { mode: 'repeatable read read only' },
  );
}
