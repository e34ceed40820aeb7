import type { Job } from '../job.ts';
import { bringUpToDate } from '../upkeep.ts';

/** The net below the loop of upkeep: also where that loop is another process's, or its process has died. */
export const drain: Job = {
  id: 'drain',
  title: 'Brings facts and aggregates up to date',
  cadence: { cron: '* * * * *', zone: 'UTC' },
  misfire: 'latest',
  catchUpMinutes: 7 * 24 * 60,
  maxAttempts: 3,
  timeoutMinutes: 60,
  refreshSlaMinutes: 15,
  aggregate: 'hourly',
  async run({ db, tenant, terms, clock }) {
    const { evaluated, buckets } = await bringUpToDate(db, { tenant, terms: () => terms }, clock);
    return { counts: { evaluated, buckets } };
  },
};
