import sql, { raw } from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteDeps, runByHand, usualTiming } from '../../src/jobs/execute.ts';
import { jobsOf } from '../../src/jobs/index.ts';
import type { Job } from '../../src/jobs/job.ts';
import { aggregate, aggregateJobs } from '../../src/jobs/manual.ts';
import { installQueue } from '../../src/jobs/queue.ts';
import { drain } from '../../src/jobs/rooms/drain.ts';
import { partitions } from '../../src/jobs/rooms/partitions.ts';
import { retention } from '../../src/jobs/rooms/retention.ts';
import { snapshotsJob } from '../../src/jobs/rooms/snapshots.ts';
import { verify } from '../../src/jobs/rooms/verify.ts';
import { verifyAll } from '../../src/jobs/rooms/verify-all.ts';
import type { Kept } from '../../src/jobs/upkeep.ts';
import { fixedClock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { rebuild } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { aJob, keptTenant } from './company.ts';

const database = useDatabase();
beforeAll(() => installQueue(database.db, database.url, silentLog));
const clock = fixedClock('2026-11-20T08:00:00Z');
const never = new AbortController().signal;
const deps = (jobs: readonly Job[] = jobsOf()): ExecuteDeps => ({
  ...{ db: database.db, clock, machine: systemClock, log: silentLog, timing: usualTiming, jobs },
});
const run = async (of: Kept, job: Job) => {
  const ran = await runByHand(deps(), of, job, never);
  if (ran.kind !== 'ran') throw new Error('nothing else runs it');
  return ran;
};

let tenants = 0;
async function aTenant(timezone = 'UTC'): Promise<Kept> {
  tenants += 1;
  return keptTenant(database.db, `tenant-${tenants}`, timezone);
}

/** Tickets on each of the days before the clock's, drained. */
async function withTickets(days: number): Promise<Kept> {
  const of = await aTenant();
  const tickets = Array.from({ length: days }, (_, n) => {
    const created_at = clock
      .now()
      .subtract({ hours: 24 * (n + 1) })
      .toString();
    return { id: String(n), created_at, updated_at: created_at, priority: 'high', status: 'open' };
  });
  await insertTickets(database.db, of.tenant.tenantId, tickets);
  await database.db.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id) select tenant_id, source, id from crm.tickets
    where tenant_id = ${of.tenant.tenantId}`);
  expect((await run(of, drain)).report?.counts?.evaluated).toBe(days);
  // Written past the writer, so nothing was marked.
  for (const rollup of rollups) await rebuild(database.db, rollup, of.tenant, clock.now());
  return of;
}

const tamper = (of: Kept, day: string) =>
  database.db.run(sql`
    update mart.ticket_created_daily set tickets = tickets + 1
    where tenant_id = ${of.tenant.tenantId} and day = ${day}::date`);
const tickets = async (of: Kept, day: string) => {
  const [row] = await database.db.query<{ tickets: number }>(sql`
    select sum(tickets)::int as tickets from mart.ticket_created_daily
    where tenant_id = ${of.tenant.tenantId} and day = ${day}::date`);
  return row?.tickets;
};

describe('the nightly verification', () => {
  test('finds nothing wrong with what is right', async () => {
    const of = await withTickets(3);
    const { report } = await run(of, verify);
    expect(report).toMatchObject({ counts: { differing: 0 } });
    expect(report?.problem).toBeUndefined();
    expect(report?.counts?.cells).toBeGreaterThan(0);
  });

  test('finds what was tampered with yesterday, tells it, and the next drain makes it right', async () => {
    const of = await withTickets(3);
    expect(await tamper(of, '2026-11-19')).toBe(1);
    const { report, outcome } = await run(of, verify);
    expect(outcome).toBe('done');
    expect(report).toMatchObject({ counts: { differing: 1 }, problem: expect.stringContaining('1 cells') });
    expect(await tickets(of, '2026-11-19')).toBe(2);
    await run(of, drain);
    expect(await tickets(of, '2026-11-19')).toBe(1);
    expect((await run(of, verify)).report?.problem).toBeUndefined();
  });

  test('looks at every day once in four weeks', async () => {
    const of = await withTickets(60);
    const seen: number[] = [];
    for (let night = 0; night < 28; night++) {
      expect(await tamper(of, '2026-10-07')).toBe(1);
      clock.set(Temporal.Instant.from('2026-11-20T08:00:00Z').add({ hours: 24 * night }));
      const { report } = await run(of, verify);
      if ((report?.counts?.differing ?? 0) > 0) seen.push(night);
    }
    clock.set('2026-11-20T08:00:00Z');
    expect(seen).toHaveLength(1);
  });
});

test('the weekly verification finds what is wrong on any day, in facts too', async () => {
  const of = await withTickets(3);
  await tamper(of, '2026-11-17');
  await database.db.run(sql`
    update crm.ticket_sla set state = 'met' where tenant_id = ${of.tenant.tenantId} and id = '2'`);
  const { report } = await run(of, verifyAll);
  expect(report?.counts?.differing).toBeGreaterThanOrEqual(2);
  await run(of, drain);
  expect((await run(of, verifyAll)).report).toMatchObject({ counts: { tickets: 3, differing: 0 } });
});

describe('snapshots', () => {
  const taken: string[] = [];
  const job = snapshotsJob([
    {
      ...{ id: 'test', table: 'kept_days', keepDays: 10 },
      async take(tx, { tenantId }, day, asOf) {
        taken.push(`${day} as of ${asOf}`);
        await tx.run(sql`delete from kept_days where tenant_id = ${tenantId} and day = ${day}::date`);
        return tx.run(sql`insert into kept_days values (${tenantId}, ${day}::date)`);
      },
    },
  ]);
  beforeAll(() => database.db.run(sql`create table kept_days (tenant_id bigint, day date)`));

  test('are of the local day that has ended, as of its end, and once however often they are taken', async () => {
    const of = await aTenant('America/Santiago');
    clock.set('2026-09-07T04:10:00Z');
    expect((await run(of, job)).report?.counts).toEqual({ snapshots: 1, rows: 1 });
    await run(of, job);
    clock.set('2026-11-20T08:00:00Z');
    expect(taken).toEqual(Array.from({ length: 2 }, () => '2026-09-06 as of 2026-09-07T03:00:00Z'));
    expect(await database.db.query(sql`select day from kept_days`)).toEqual([{ day: '2026-09-06' }]);
  });
});

test('partitions of the coming two quarters are there before anybody needs them', async () => {
  const of = await aTenant();
  expect((await run(of, partitions)).report?.counts?.made).toBeGreaterThan(0);
  const names = await database.db.query<{ name: string | null }>(sql`
    select to_regclass(n)::text as name from unnest('{crm.messages_2026q4,crm.messages_2027q2,crm.activity_2027q1}'::text[]) as n`);
  expect(names.every(({ name }) => name !== null)).toBe(true);
  expect((await run(of, partitions)).report?.counts).toEqual({ made: 0 });
});

test('what is old enough is deleted, of this tenant, and what still runs stays', async () => {
  const [of, other] = [await aTenant(), await aTenant()];
  for (const { tenant } of [of, other])
    await database.db.run(sql`
      insert into ops.job_runs (tenant_id, job, started_by, slot_key, due_at, state, max_attempts, refresh_sla_minutes)
      values (${tenant.tenantId}, 'old', 'schedule', '1', '2026-06-01T00:00:00Z', 'done', 1, 1),
        (${tenant.tenantId}, 'old', 'schedule', '2', '2026-06-01T00:00:00Z', 'queued', 1, 1),
        (${tenant.tenantId}, 'old', 'schedule', '3', '2026-11-01T00:00:00Z', 'failed', 1, 1)`);
  expect((await run(of, retention)).report?.counts).toEqual({ deleted: 1 });
  const left = async ({ tenant }: Kept) =>
    (
      await database.db.query<{ slot_key: string }>(sql`
      select slot_key from ops.job_runs where tenant_id = ${tenant.tenantId} and job = 'old' order by 1`)
    ).map((row) => row.slot_key);
  expect([await left(of), await left(other)]).toEqual([
    ['2', '3'],
    ['1', '2', '3'],
  ]);
});

test('incidents are deleted with all that belongs to them 400 days after their end, but for the latest one and open ones', async () => {
  const of = await keptTenant(database.db, `alerts-${tenants++}`);
  const { tenantId } = of.tenant;
  const ends = ['2025-09-01T00:00:00Z', null, '2025-11-01T00:00:00Z', '2025-09-02T00:00:00Z'];
  for (const [index, end] of ends.entries()) {
    await database.db.run(sql`
      insert into ops.alert_incidents (tenant_id, incident_id, rule_id, group_key, labels, state, severity, worst_severity,
        since, opened_at, resolved_at, content)
      values (${tenantId}, ${index + 1}, ${index + 1}, '[]', '{}', ${end === null ? 'firing' : 'resolved'}, 1, 1,
        '2025-08-01', '2025-08-01', ${end}, '{}')`);
    await database.db.run(sql`
      insert into ops.alert_history (tenant_id, incident_id, entry, at, kind, text, told)
      values (${tenantId}, ${index + 1}, 1, '2025-08-01', 'opened', 'x', false)`);
    await database.db.run(sql`
      insert into ops.alert_instances (tenant_id, rule_id, fingerprint, labels, about, state, severity, facts, since,
        pending_at, resolved_at)
      values (${tenantId}, ${index + 1}, 'a', '{}', '{}', 'resolved', 1, '{}', '2025-08-01', '2025-08-01', ${end ?? '2025-08-02'})`);
  }
  await run(of, retention);
  const left = async (table: string, column: string) =>
    (
      await database.db.query<{ id: number }>(sql`
        select ${raw(column)} as id from ${raw(table)} where tenant_id = ${tenantId} order by 1`)
    ).map(({ id }) => id);
  expect(await left('ops.alert_incidents', 'incident_id')).toEqual([2, 3, 4]);
  expect(await left('ops.alert_history', 'incident_id')).toEqual([2, 3]);
  // The episode of a thing whose incident is open still matters.
  expect(await left('ops.alert_instances', 'rule_id')).toEqual([2]);
});

describe('runs by hand', () => {
  test('of a larger type do what the smaller ones do, and more', () => {
    const ids = (type: 'hourly' | 'daily' | 'weekly') =>
      aggregateJobs(
        jobsOf([
          aJob({ id: 'sync', aggregate: 'hourly' }),
          aJob({ id: 'reconcile', aggregate: 'weekly' }),
          aJob({ id: 'none' }),
        ]),
        type,
      ).map(({ id }) => id);
    expect(ids('hourly')).toEqual(['sync', 'drain']);
    expect(ids('daily')).toEqual(['sync', 'drain', 'partitions', 'snapshots', 'verify', 'retention']);
    expect(ids('weekly')).toEqual([
      'sync',
      'reconcile',
      'drain',
      'partitions',
      'snapshots',
      'verify',
      'verify-all',
      'retention',
    ]);
  });

  test('go on when a job fails, and say which', async () => {
    const of = await aTenant();
    const jobs = [
      aJob({ id: 'bad', aggregate: 'hourly', run: () => Promise.reject(new Error('no key')) }),
      aJob({ id: 'good', aggregate: 'hourly', run: async () => ({ counts: { rows: 3 } }) }),
    ];
    expect(await aggregate(deps(jobs), of, 'hourly', never)).toMatchObject([
      { job: 'bad', done: false, error: 'no key' },
      { job: 'good', done: true, counts: { rows: 3 } },
    ]);
  });

  test('at the same time do the work once; one after the other each does it', async () => {
    const of = await aTenant();
    const ran: string[] = [];
    const slowly = (id: string, ms: number) =>
      aJob({
        ...{ id, aggregate: 'hourly' },
        async run() {
          ran.push(id);
          await new Promise((resolve) => setTimeout(resolve, ms));
          return {};
        },
      });
    const jobs = [slowly('first', 100), slowly('second', 0), slowly('third', 100)];
    const three = await Promise.all([1, 2, 3].map(() => aggregate(deps(jobs), of, 'hourly', never)));
    expect(ran).toEqual(['first', 'second', 'third']);
    expect(three.flat().every(({ done }) => done)).toBe(true);
    expect(three.flat().filter(({ joined }) => !joined)).toHaveLength(3);
    await aggregate(deps(jobs), of, 'hourly', never);
    expect(ran).toHaveLength(6);
  });
});
