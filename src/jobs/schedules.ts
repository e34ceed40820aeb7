import sql from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Log } from '../lib/log.ts';
import { type Cron, parseCron, slotsAfter } from './cron.ts';
import type { Job } from './job.ts';
import { enqueue } from './queue.ts';
import { type Due, type DueSlot, dueSlots } from './slots.ts';
import { waitOf } from './waiting.ts';

/** A clock that goes back by no more than this is another replica's, or was put right: slots stay decided. */
const clockTolerance = { minutes: 2 };

function zoneOf(job: Job, tenant: Tenant): string {
  return job.cadence.zone === 'tenant' ? tenant.timezone : 'UTC';
}

function nextDue(cron: Cron, zone: string, after: Temporal.Instant): string | null {
  return slotsAfter(cron, zone, after).next().value?.at.toString() ?? null;
}

/**
 * Writes the schedules of a tenant's jobs. A new one counts from now on; a changed one keeps what was decided. Those of
 * jobs that are gone rest.
 */
export async function registerSchedules(
  db: Db,
  tenant: Tenant,
  jobs: readonly Job[],
  now: Temporal.Instant,
): Promise<void> {
  const { tenantId } = tenant;
  await db.tx(async (tx) => {
    for (const job of jobs) {
      const zone = zoneOf(job, tenant);
      await tx.run(sql`
        insert into ops.schedules (tenant_id, schedule_id, cron, timezone, handled_until, enabled)
        values (${tenantId}, ${job.id}, ${job.cadence.cron}, ${zone}, ${now.toString()}, true)
        on conflict (tenant_id, schedule_id) do update
        set cron = excluded.cron, timezone = excluded.timezone, enabled = true, next_due_at = null`);
    }
    await tx.run(sql`
      update ops.schedules set enabled = false
      where tenant_id = ${tenantId} and schedule_id <> all (${jobs.map(({ id }) => id)}::text[])`);
  });
}

export interface TickDeps {
  db: Db;
  log: Log;
  now: Temporal.Instant;
}

/**
 * Decides on every slot that has come due and makes a run of each that is to be started; returns how many. One
 * transaction per schedule: the slot's row, the run, its place in the queue and `handled_until` are there together or
 * not at all, so a crash at any point loses and doubles nothing, and of several replicas one inserts the slot's row.
 *
 * A clock that was set back takes `handled_until` back with it: slots come due again as time passes, and those that
 * were started before are known by their rows.
 */
export async function startDue(deps: TickDeps, tenant: Tenant, jobs: readonly Job[]): Promise<number> {
  const { db, now } = deps;
  const rows = await db.query<{ schedule_id: string }>(sql`
    select schedule_id from ops.schedules
    where tenant_id = ${tenant.tenantId} and enabled and (
      next_due_at is null or next_due_at <= ${now.toString()}::timestamptz
      or handled_until > ${now.add(clockTolerance).toString()}::timestamptz
    )`);
  const due = new Set(rows.map((row) => row.schedule_id));
  let started = 0;
  // In the order of the list, parts before what waits for them: a part's slots are there when the others look for them.
  for (const job of jobs) if (due.has(job.id)) started += await db.tx((tx) => startDueOf(tx, deps, tenant, job));
  return started;
}

async function startDueOf(tx: Tx, { log, now }: TickDeps, tenant: Tenant, job: Job): Promise<number> {
  const { tenantId } = tenant;
  const [row] = await tx.query<{ handled_until: Temporal.Instant }>(sql`
    select handled_until from ops.schedules
    where tenant_id = ${tenantId} and schedule_id = ${job.id} and enabled for update`);
  if (!row) return 0;
  const cron = parseCron(job.cadence.cron);
  const zone = zoneOf(job, tenant);
  const { misfire, catchUpMinutes } = job;
  const due: Due = dueSlots({ cron, zone, misfire, catchUpMinutes }, row.handled_until, now);
  let started = 0;
  for (const slot of due.start) if (await startSlot(tx, tenantId, job, slot, now)) started += 1;
  const wasSetBack = Temporal.Instant.compare(row.handled_until, now.add(clockTolerance)) > 0;
  const isLater = Temporal.Instant.compare(now, row.handled_until) > 0;
  const until = wasSetBack || isLater ? now : row.handled_until;
  await tx.run(sql`
    update ops.schedules
    set handled_until = ${until.toString()}, next_due_at = ${nextDue(cron, zone, until)}
    where tenant_id = ${tenantId} and schedule_id = ${job.id}`);
  const stoodFor = due.start.reduce((sum, slot) => sum + slot.standsFor - 1, 0);
  const at = { tenant: tenant.slug, job: job.id };
  if (stoodFor > 0) log.warn({ ...at, slots: stoodFor }, 'missed slots, the latest one stands for them');
  if (due.skipped > 0) log.warn({ ...at, slots: due.skipped }, 'slots came too late and are skipped');
  if (due.beyondWindow) log.warn({ ...at, catchUpMinutes }, 'slots older than the catch-up window are left out');
  return started;
}

/** False when the slot was started before. */
async function startSlot(
  tx: Queryable,
  tenantId: number,
  job: Job,
  slot: DueSlot,
  now: Temporal.Instant,
): Promise<boolean> {
  const dueAt = slot.at.toString();
  const inserted = await tx.run(sql`
    insert into ops.schedule_runs (tenant_id, schedule_id, slot_key, due_at, stands_for)
    values (${tenantId}, ${job.id}, ${slot.key}, ${dueAt}, ${slot.standsFor})
    on conflict (tenant_id, schedule_id, slot_key) do nothing`);
  if (inserted === 0) return false;
  const { until, lacking } = await waitOf(tx, tenantId, job, slot.at, now);
  const [run] = await tx.query<{ run_id: number }>(sql`
    insert into ops.job_runs (
      tenant_id, job, started_by, slot_key, due_at, state, max_attempts, wait_until, lacking, refresh_sla_minutes
    ) values (
      ${tenantId}, ${job.id}, 'schedule', ${slot.key}, ${dueAt}, ${until ? 'waiting' : 'queued'}, ${job.maxAttempts},
      ${until?.toString() ?? null}, ${lacking as string[]}::text[], ${job.refreshSlaMinutes}
    ) returning run_id`);
  if (!until) await enqueue(tx, { tenantId, runId: run!.run_id }, job.id, 'first');
  return true;
}
