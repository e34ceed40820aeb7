import type { Config } from '../config/config.ts';
import type { Job } from '../jobs/job.ts';
import { type SyncJob, syncJobs } from '../sync/jobs.ts';
import { sourcesOf } from './sources.ts';

/** Slots of the last day are made up for, the latest standing for all of them. */
const catchUpMinutes = 24 * 60;

/** A long first reading ends here and goes on in the next run, from the page it came to. */
const timeoutMinutes = 30;

/** A stream without a limit of its own is late after a day. */
const usualLimitMinutes = 24 * 60;

/** The streams of every tenant's sources as jobs. */
export function jobsOfSources(config: Config): Job[] {
  return Object.keys(config.tenants).flatMap((slug) =>
    syncJobs(sourcesOf(config, slug)).map((stream) => jobOf(slug, stream)),
  );
}

/** A list that takes longer than this is not waited for. */
const listMinutes = 5;

function jobOf(slug: string, { id, cron, misfire, refreshSlaMinutes, after, run }: SyncJob): Job {
  // Two tenants may call their sources alike.
  const named = (job: string) => (slug === 'default' ? job : `${slug}/${job}`);
  return {
    id: named(id),
    ...(after.length > 0 ? { after: { jobs: after.map(named), deadlineMinutes: listMinutes } } : {}),
    title: `reads ${id.replace(/^sync:/, '')}`,
    cadence: { cron, zone: 'UTC' },
    misfire,
    ...{ catchUpMinutes, maxAttempts: 3, timeoutMinutes },
    refreshSlaMinutes: refreshSlaMinutes ?? usualLimitMinutes,
    aggregate: refreshSlaMinutes === undefined ? 'weekly' : 'hourly',
    tenant: slug,
    async run({ db, clock, log, tenant, signal }) {
      const { outcome, calls, stored, deleted, notes } = await run({ db, clock, log, tenant }, signal);
      return {
        counts: { calls, inserted: stored.inserted, updated: stored.updated, deleted },
        ...(outcome === 'drifting' || notes.length > 0
          ? {
              problem: [...(outcome === 'drifting' ? ['the list moved too much to be whole'] : []), ...notes].join(
                '; ',
              ),
            }
          : {}),
      };
    },
  };
}
