import { snapshots as every, type Snapshot } from '../../rollups/snapshots.ts';
import type { Job } from '../job.ts';

/** Keeps what was believed at the end of each local day. A job of a list, so that a test can give its own. */
export function snapshotsJob(list: readonly Snapshot[]): Job {
  return {
    id: 'snapshots',
    title: 'Keeps what was believed at the end of the day',
    cadence: { cron: '10 0 * * *', zone: 'tenant' },
    // Each day has its own rows: none is made up for by a later one.
    misfire: 'all',
    catchUpMinutes: 31 * 24 * 60,
    maxAttempts: 5,
    timeoutMinutes: 60,
    refreshSlaMinutes: 120,
    after: { jobs: ['drain'], deadlineMinutes: 60 },
    aggregate: 'daily',
    async run({ db, tenant, dueAt, hold, signal }) {
      const today = dueAt.toZonedDateTimeISO(tenant.timezone).toPlainDate();
      const day = today.subtract({ days: 1 }).toString();
      const asOf = today.toZonedDateTime(tenant.timezone).toInstant();
      let rows = 0;
      for (const snapshot of list) {
        signal.throwIfAborted();
        rows += await db.tx(async (tx) => {
          await hold(tx);
          return snapshot.take(tx, tenant, day, asOf);
        });
      }
      return { counts: { snapshots: list.length, rows } };
    },
  };
}

export const snapshots = snapshotsJob(every);
