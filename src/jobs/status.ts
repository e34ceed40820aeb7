import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { type Job, jobsFor } from './job.ts';
import type { RunState } from './runs.ts';

/** What waits and what is lost, for metrics. */
export interface Backlog {
  /** Of the oldest due slot that is not done, in seconds of business time; 0 where none is. */
  lagSeconds: number;
  /** Runs that are queued, waiting, running or to be tried again. */
  open: number;
  /** Runs that failed for good and that no later run of their job has made up for. */
  dead: number;
}

/**
 * A failed run that nothing has made up for: no run of its job for the same or a later time is done. Where each slot is
 * owed (misfire `all`) no later one makes up for it: it counts until `crema jobs retry` has run it.
 */
function isDead(jobs: readonly Job[]): Sql {
  const owing = jobs.filter(({ misfire }) => misfire === 'all').map(({ id }) => id);
  return sql`
    (r.state = 'failed' and r.started_by = 'schedule' and (r.job = any (${owing}::text[]) or not exists (
      select from ops.job_runs later
      where later.tenant_id = r.tenant_id and later.job = r.job and later.state = 'done' and later.due_at >= r.due_at
    )))`;
}

export async function backlogOf(
  db: Queryable,
  tenantIds: readonly number[],
  jobs: readonly Job[],
  now: Temporal.Instant,
): Promise<Backlog> {
  const [row] = await db.query<{ lag: number | null; open: number; dead: number }>(sql`
    select
      (select extract(epoch from ${now.toString()}::timestamptz - min(r.due_at))::float8 from ops.job_runs r
        where r.tenant_id = any (${tenantIds as number[]}::bigint[]) and r.state not in ('done', 'failed')) as lag,
      (select count(*)::int from ops.job_runs r
        where r.tenant_id = any (${tenantIds as number[]}::bigint[]) and r.state not in ('done', 'failed')) as open,
      (select count(*)::int from ops.job_runs r
        where r.tenant_id = any (${tenantIds as number[]}::bigint[]) and ${isDead(jobs)}) as dead`);
  return { lagSeconds: Math.max(0, row?.lag ?? 0), open: row?.open ?? 0, dead: row?.dead ?? 0 };
}

export interface RunStatus {
  run: number;
  job: string;
  by: 'schedule' | 'hand';
  slot: string | null;
  dueAt: string;
  state: RunState;
  attempt: number;
  attempts: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** Until when it is its worker's without being renewed; of the machines' clock. */
  leaseUntil: string | null;
  tookMs: number | null;
  error: string | null;
  problem: string | null;
  counts: Record<string, number>;
  lacking: string[];
  /** Ended later than its refresh SLA allows, or has not ended and is later than that now. */
  beyondSla: boolean;
}

export interface JobStatus {
  job: string;
  title: string;
  cron: string;
  zone: string;
  nextDueAt: string | null;
  last: RunStatus | null;
  /** Of the last 24 hours. */
  day: { done: number; failedAttempts: number; beyondSla: number };
  dead: number;
}

/** How every job of a tenant stands, in the order of the list. */
export async function statusOf(
  db: Queryable,
  tenant: Tenant,
  jobs: readonly Job[],
  now: Temporal.Instant,
): Promise<JobStatus[]> {
  const { tenantId } = tenant;
  const since = now.subtract({ hours: 24 }).toString();
  const schedules = await db.query<{ schedule_id: string; timezone: string; next_due_at: Temporal.Instant | null }>(sql`
    select schedule_id, timezone, next_due_at from ops.schedules where tenant_id = ${tenantId} and enabled`);
  const last = await db.query<RunRow>(sql`
    select j.* from unnest(${jobs.map(({ id }) => id)}::text[]) as names (id)
    cross join lateral (
      select ${runColumns(now)} from ops.job_runs r where r.tenant_id = ${tenantId} and r.job = names.id
      order by r.due_at desc, r.run_id desc limit 1
    ) as j`);
  const counts = await db.query<{ job: string; done: number; failed: number; beyond: number; dead: number }>(sql`
    select r.job, count(*) filter (where r.state = 'done' and r.due_at >= ${since}::timestamptz)::int as done,
      coalesce(sum(greatest(r.attempt - case when r.state in ('done', 'running') then 1 else 0 end, 0))
        filter (where r.due_at >= ${since}::timestamptz), 0)::int as failed,
      count(*) filter (where r.beyond_sla and r.due_at >= ${since}::timestamptz)::int as beyond,
      count(*) filter (where ${isDead(jobs)})::int as dead
    from ops.job_runs r where r.tenant_id = ${tenantId} group by r.job`);
  return jobsFor(jobs, tenant).map((job) => {
    const schedule = schedules.find((row) => row.schedule_id === job.id);
    const run = last.find((row) => row.job === job.id);
    const count = counts.find((row) => row.job === job.id);
    return {
      ...{ job: job.id, title: job.title, cron: job.cadence.cron },
      zone: schedule?.timezone ?? (job.cadence.zone === 'tenant' ? tenant.timezone : 'UTC'),
      nextDueAt: schedule?.next_due_at?.toString() ?? null,
      last: run ? runStatus(run) : null,
      day: { done: count?.done ?? 0, failedAttempts: count?.failed ?? 0, beyondSla: count?.beyond ?? 0 },
      dead: count?.dead ?? 0,
    };
  });
}

/** Runs that failed for good and were not made up for, the latest first; at most 50. */
export async function deadRuns(
  db: Queryable,
  tenantId: number,
  jobs: readonly Job[],
  now: Temporal.Instant,
): Promise<RunStatus[]> {
  const rows = await db.query<RunRow>(sql`
    select ${runColumns(now)} from ops.job_runs r where r.tenant_id = ${tenantId} and ${isDead(jobs)}
    order by r.due_at desc, r.run_id desc limit 50`);
  return rows.map(runStatus);
}

export async function runOf(
  db: Queryable,
  tenantId: number,
  runId: number,
  now: Temporal.Instant,
): Promise<RunStatus | undefined> {
  const [row] = await db.query<RunRow>(sql`
    select ${runColumns(now)} from ops.job_runs r where r.tenant_id = ${tenantId} and r.run_id = ${runId}`);
  return row ? runStatus(row) : undefined;
}

interface RunRow {
  run_id: number;
  job: string;
  started_by: 'schedule' | 'hand';
  slot_key: string | null;
  due_at: Temporal.Instant;
  state: RunState;
  attempt: number;
  max_attempts: number;
  started_at: Temporal.Instant | null;
  finished_at: Temporal.Instant | null;
  lease_until: Temporal.Instant | null;
  took_ms: number | null;
  error: string | null;
  problem: string | null;
  counts: Record<string, number>;
  lacking: string[];
  beyond: boolean;
}

function runColumns(now: Temporal.Instant) {
  return sql`
    r.run_id, r.job, r.started_by, r.slot_key, r.due_at, r.state, r.attempt, r.max_attempts, r.started_at, r.finished_at, r.lease_until,
    r.took_ms, r.error, r.problem, r.counts, r.lacking,
    r.beyond_sla or (r.state not in ('done', 'failed')
      and ${now.toString()}::timestamptz > r.due_at + r.refresh_sla_minutes * interval '1 minute') as beyond`;
}

function runStatus(row: RunRow): RunStatus {
  return {
    ...{ run: row.run_id, job: row.job, by: row.started_by, slot: row.slot_key, dueAt: row.due_at.toString() },
    ...{ state: row.state, attempt: row.attempt, attempts: row.max_attempts },
    startedAt: row.started_at?.toString() ?? null,
    finishedAt: row.finished_at?.toString() ?? null,
    leaseUntil: row.lease_until?.toString() ?? null,
    ...{ tookMs: row.took_ms, error: row.error, problem: row.problem, counts: row.counts, lacking: row.lacking },
    beyondSla: row.beyond,
  };
}
