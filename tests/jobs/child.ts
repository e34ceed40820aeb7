import { createDb } from '../../src/db/db.ts';
import { createJobs } from '../../src/jobs/jobs.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { countingJob, quick, tenantOf } from './company.ts';

/*
 * A replica as a process of its own, to be killed. Arguments: database URL, slug, the time, and `hang` for a job that
 * never ends: it says `working` once it works, and writes nothing.
 */
const [url, slug, now, mode] = process.argv.slice(2) as [string, string, string, string];
const db = createDb({ url, applicationName: 'crema test replica', log: silentLog });
const of = await tenantOf(db, slug);
await createJobs({
  ...{ db, url, kept: [of], clock: fixedClock(now), log: silentLog, timing: quick },
  jobs: [
    countingJob({ id: 'killed', maxAttempts: 5 }, async () => {
      process.stdout.write('working\n');
      if (mode === 'hang') await new Promise(() => undefined);
    }),
  ],
});
