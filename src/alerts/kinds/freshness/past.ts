import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import type { AlertRoom, PastEpisode } from '../room.ts';
import { readingJobs } from './read.ts';

interface Run {
  job: string;
  state: 'done' | 'failed';
  startedAt: Temporal.Instant;
  finishedAt: Temporal.Instant;
  limitMinutes: number;
}

/**
 * How late streams once were is not kept; the runs of the jobs that read them are, for some months. A run that was done
 * is taken to have brought the data up to its start.
 */
export const pastOfFreshness: AlertRoom<'freshness'>['past'] = async ({ settings }, period, { db, tenant, now }) => {
  const to = Temporal.Instant.compare(period.to, now) < 0 ? period.to : now;
  const wanted = settings.source?.map((one) => one.toLowerCase());
  const runs = await endedRuns(db, tenant.tenantId, { from: period.from, to });
  const reading = runs.filter(({ job }) => {
    const [source] = placeOf(job);
    return wanted === undefined || wanted.includes(source.toLowerCase());
  });
  if (reading.length === 0)
    return {
      kind: 'unknown',
      reason: 'how old data was is known only where Crema reads a source, by the runs that did',
    };
  const episodes: PastEpisode[] = [];
  let first = to;
  for (const [job, own] of Map.groupBy(reading, (run) => run.job)) {
    const [source, stream] = placeOf(job);
    const labels = { source, stream };
    const [earliest] = own;
    if (earliest && Temporal.Instant.compare(earliest.startedAt, first) < 0) first = earliest.startedAt;
    let reached: Temporal.Instant | null = null;
    for (const { state, startedAt, finishedAt, limitMinutes } of own) {
      if (state !== 'done') continue;
      const lateAt = reached?.add({ minutes: limitMinutes });
      if (lateAt && Temporal.Instant.compare(lateAt, finishedAt) < 0)
        episodes.push({ labels, name: `${source}: ${stream}`, from: lateAt, to: finishedAt });
      reached = startedAt;
    }
    const lateAt = reached?.add({ minutes: own.at(-1)!.limitMinutes });
    if (lateAt && Temporal.Instant.compare(lateAt, to) < 0)
      episodes.push({
        ...{ labels, name: `${source}: ${stream}`, from: lateAt },
        to: Temporal.Instant.compare(to, now) < 0 ? to : null,
      });
  }
  const began = first.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  return {
    kind: 'episodes',
    episodes: episodes.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from)),
    notes: [
      `From the runs that read sources, kept since ${began}; files, events and jobs that failed are not among them.`,
      'A run that was done is taken to have read everything.',
    ],
  };
};

/** Source and stream in a job's id, `[TENANT/]sync:SOURCE:STREAM`. */
function placeOf(job: string): [source: string, stream: string] {
  const [source = '', stream = ''] = job.slice(job.indexOf(readingJobs) + readingJobs.length).split(':');
  return [source, stream];
}

function endedRuns(
  db: Queryable,
  tenantId: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
): Promise<Run[]> {
  return db.query<Run>(sql`
    select job, state, coalesce(started_at, due_at) as "startedAt", finished_at as "finishedAt",
      refresh_sla_minutes as "limitMinutes"
    from ops.job_runs
    where tenant_id = ${tenantId} and position(${readingJobs}::text in job) > 0 and state in ('done', 'failed')
      and finished_at >= ${from.toString()}::timestamptz and finished_at <= ${to.toString()}::timestamptz
    order by job, finished_at, run_id`);
}
