import { usageError } from '../lib/errors.ts';
import { parseCron } from './cron.ts';
import type { Job } from './job.ts';
import { drain } from './rooms/drain.ts';
import { partitions } from './rooms/partitions.ts';
import { retention } from './rooms/retention.ts';
import { snapshots } from './rooms/snapshots.ts';
import { verify } from './rooms/verify.ts';
import { verifyAll } from './rooms/verify-all.ts';

/** Jobs there are whatever the configuration says. */
export const fixedJobs: readonly Job[] = [drain, partitions, snapshots, verify, verifyAll, retention];

/**
 * Every job: the fixed ones and those that app gives because they depend on the configuration (the streams of its
 * sources), parts before what waits for them. Throws where an id is there twice, a part is not there, parts wait for
 * each other, or a schedule is none: defects of the declarations, met at the start and not in the night.
 */
export function jobsOf(given: readonly Job[] = []): readonly Job[] {
  const all = [...given, ...fixedJobs];
  const ordered: Job[] = [];
  const placing = new Set<string>();
  const find = (id: string, of: Job) => {
    const found = all.filter((job) => job.id === id);
    if (found.length !== 1)
      throw usageError('JOB_INVALID', `job ${of.id}: there are ${found.length} jobs "${id}", not one`);
    return found[0]!;
  };
  function place(job: Job): void {
    if (ordered.includes(job)) return;
    if (placing.has(job.id)) throw usageError('JOB_INVALID', `job ${job.id} waits for itself`);
    placing.add(job.id);
    for (const part of job.after?.jobs ?? []) place(find(part, job));
    ordered.push(job);
  }
  for (const job of all) {
    parseCron(job.cadence.cron);
    find(job.id, job);
    place(job);
  }
  return ordered;
}
