import sql from 'sql-template-tag';
import type { Db, Queryable } from './db.ts';

/** Crema itself: sees everything of the tenant. For the command line without `--as`, never for a request from outside. */
export const everything = '*';

/** Lets a question over all history group in memory; PostgreSQL's default (4 MB) sorts on disk from about 50,000 rows. */
const workMemory = '32MB';

/**
 * On whose behalf rows are read. `viewer` is a person id of ops.people, `slackViewer(id)`, or `everything`; several ids
 * with spaces between them are people who will all see the answer, and then only what each of them may see is read.
 */
export interface Viewpoint {
  tenantId: number;
  viewer: string;
}

/** Somebody in Slack as a viewer: who they are is found by the database, at the moment of the question. */
export function slackViewer(slackUserId: string): string {
  return `slack:${slackUserId}`;
}

/** Databases that are one viewer's snapshot already (db/snapshot.ts). */
const snapshots = new WeakMap<Db, Viewpoint>();

/** Notes that all that is read from `db` is read as this viewer. */
export function isSnapshotOf(db: Db, viewpoint: Viewpoint): void {
  snapshots.set(db, viewpoint);
}

/**
 * Runs `work` in one read-only snapshot as the restricted role, with tenant and viewer set for this transaction only:
 * the row policies then decide what it sees. A KPI that peeks elsewhere fails by permission. `first` is asked in the same
 * snapshot with Crema's own rights, as in `viewing`. Rejects for another viewer than that of a snapshot that is given.
 */
export function readAs<T>(
  db: Db,
  viewpoint: Viewpoint,
  work: (reader: Queryable) => Promise<T>,
  first?: (tx: Queryable) => Promise<void>,
): Promise<T> {
  const snapshot = snapshots.get(db);
  if (snapshot) {
    if (snapshot.tenantId !== viewpoint.tenantId || snapshot.viewer !== viewpoint.viewer || first)
      return Promise.reject(new Error('a snapshot is read as its own viewer only'));
    return db.tx(work);
  }
  return viewing(db, viewpoint, async (tx) => {
    await first?.(tx);
    // Who the viewer is, is asked once and not by each policy of each statement; the snapshot is one and the same.
    await tx.query(sql`
      select
        set_config('crema.known', coalesce(ops.know_viewer()::text, ''), true),
        set_config('work_mem', ${workMemory}, true), set_config('role', 'crema_reader', true)`);
    return work(tx);
  });
}

/**
 * The same snapshot with Crema's own rights, for asking who the viewers are and what they may see (`ops.viewer_...`),
 * never for numbers.
 */
export function viewing<T>(db: Db, viewpoint: Viewpoint, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return db.tx(
    async (tx) => {
      await tx.query(sql`
        select set_config('crema.tenant', ${String(viewpoint.tenantId)}, true),
          set_config('crema.viewer', ${viewpoint.viewer}, true)`);
      return work(tx);
    },
    { mode: 'repeatable read read only' },
  );
}
