import { ensurePartitions, type PartitionedTable, partitionedTables } from '../../db/partitions.ts';
import type { Job } from '../job.ts';

/** Today's quarter and the next two: whoever writes finds its partition there, and makes it where the clock was ahead. */
const monthsAhead = [0, 3, 6];

export const partitions: Job = {
  id: 'partitions',
  title: 'Makes the partitions of the coming two quarters',
  cadence: { cron: '5 1 * * *', zone: 'UTC' },
  misfire: 'latest',
  catchUpMinutes: 7 * 24 * 60,
  maxAttempts: 5,
  timeoutMinutes: 15,
  refreshSlaMinutes: 24 * 60,
  aggregate: 'daily',
  async run({ db, clock }) {
    const today = clock.now().toZonedDateTimeISO('UTC').toPlainDate();
    const dates = monthsAhead.map((months) => today.add({ months }).toString());
    let made = 0;
    for (const table of Object.keys(partitionedTables) as PartitionedTable[])
      made += await db.tx((tx) => ensurePartitions(tx, table, dates));
    return { counts: { made } };
  },
};
