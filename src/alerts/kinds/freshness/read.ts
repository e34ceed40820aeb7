import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';

/** A stream that promises how old its data gets at most. */
export interface PromisedStream {
  source: string;
  stream: string;
  /** Up to when its data is complete; null: it never was. */
  asOf: Temporal.Instant | null;
  /** From when its age counts: `asOf`, else when its source was first read, as far as that is kept. */
  from: Temporal.Instant;
  limitMinutes: number;
}

export function promisedStreams(db: Queryable, tenantId: number): Promise<PromisedStream[]> {
  return db.query<PromisedStream>(sql`
    select s.source, s.stream, s.as_of as "asOf", s.refresh_sla_minutes as "limitMinutes",
      coalesce(s.as_of, least(s.loaded_at, (
        select min(coalesce(r.started_at, r.due_at)) from ops.job_runs r
        where r.tenant_id = ${tenantId} and position(${readingJobs}::text || s.source || ':' in r.job) > 0
      ))) as "from"
    from ops.streams s
    where s.tenant_id = ${tenantId} and s.refresh_sla_minutes is not null
    order by s.source, s.stream`);
}

/** Ids of jobs that read sources have this in them: that such a job fails is said by its streams, which are late then. */
export const readingJobs = 'sync:';

/** How a job's latest runs ended. */
export interface JobState {
  job: string;
  limitMinutes: number;
  /** When the last of its runs that are over failed: the first one of those in a row. */
  failedAt: Temporal.Instant | null;
  /** Why, as the last one said. */
  error: string | null;
  /** When the run was due that is not over yet; the oldest one. */
  openSince: Temporal.Instant | null;
  /** When the older of its last two runs was due, where both were done beyond their limit. */
  slowSince: Temporal.Instant | null;
}

/** Jobs started by the clock, without those that read sources, by their latest runs. */
export function jobStates(db: Queryable, tenantId: number): Promise<JobState[]> {
  return db.query<JobState>(sql`
    with jobs as (
      select schedule_id as job from ops.schedules
      where tenant_id = ${tenantId} and enabled and position(${readingJobs}::text in schedule_id) = 0
    )
    select j.job, last."limitMinutes", failed.at as "failedAt", last.error, open.at as "openSince", slow.at as "slowSince"
    from jobs j
    cross join lateral (
      select r.refresh_sla_minutes as "limitMinutes", r.error from ops.job_runs r
      where r.tenant_id = ${tenantId} and r.job = j.job
      order by r.due_at desc, r.run_id desc limit 1
    ) as last
    left join lateral (
      select min(coalesce(r.finished_at, r.due_at)) as at from ops.job_runs r
      where r.tenant_id = ${tenantId} and r.job = j.job and r.state = 'failed' and not exists (
        select from ops.job_runs later
        where later.tenant_id = r.tenant_id and later.job = r.job and later.state = 'done' and later.due_at >= r.due_at
      )
    ) as failed on true
    left join lateral (
      select min(r.due_at) as at from ops.job_runs r
      where r.tenant_id = ${tenantId} and r.job = j.job and r.state not in ('done', 'failed')
    ) as open on true
    left join lateral (
      select case when count(*) = 2 and bool_and(ended.late) then min(ended.due_at) end as at from (
        select r.due_at, r.state = 'done' and r.beyond_sla as late from ops.job_runs r
        where r.tenant_id = ${tenantId} and r.job = j.job and r.state in ('done', 'failed')
        order by r.due_at desc, r.run_id desc limit 2
      ) as ended
    ) as slow on true
    order by j.job`);
}
