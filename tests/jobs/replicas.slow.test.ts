import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import sql from 'sql-template-tag';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createDb, type Db, type Tx } from '../../src/db/db.ts';
import { createJobs } from '../../src/jobs/jobs.ts';
import { mendRuns } from '../../src/jobs/pools.ts';
import { installQueue } from '../../src/jobs/queue.ts';
import { claimRun, endDone, holdRun } from '../../src/jobs/runs.ts';
import { registerSchedules, startDue } from '../../src/jobs/schedules.ts';
import { fixedClock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { aJob, countingJob, effectsOf, keptTenant, makeEffects, quick, until } from './company.ts';

const database = useDatabase();
beforeAll(async () => {
  await makeEffects(database.db);
  await installQueue(database.db, database.url, silentLog);
});

/** Numbers from 0 to 1, the same ones every time. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A replica's database whose server process is killed now and then, before a statement or right before the commit. */
function crashing(db: Db, chance: () => number, crashed: () => void): Db {
  const die = async (tx: Tx) => {
    crashed();
    await tx.query(sql`select pg_terminate_backend(pg_backend_pid())`);
  };
  return {
    ...db,
    tx: (work, options) =>
      db.tx(async (tx) => {
        let left = chance() < 0.3 ? Math.floor(chance() * 8) : Number.POSITIVE_INFINITY;
        const counted = async () => {
          if (left-- === 0) await die(tx);
        };
        const result = await work({
          ...tx,
          query: async (statement) => {
            await counted();
            return tx.query(statement);
          },
          run: async (statement) => {
            await counted();
            return tx.run(statement);
          },
        });
        if (left < Number.POSITIVE_INFINITY) await die(tx);
        return result;
      }, options),
  };
}

describe('several replicas over one database', () => {
  test('start each slot exactly once, whatever crashes in the middle', async () => {
    const chance = chances(7);
    let crashes = 0;
    const of = await keptTenant(database.db, 'crashing', 'America/New_York');
    const jobs = [
      aJob({ id: 'quarterly', cadence: { cron: '*/15 * * * *', zone: 'tenant' } }),
      aJob({ id: 'minutely', cadence: { cron: '* * * * *', zone: 'UTC' } }),
    ];
    // Across the gap of the day on which clocks go forward, with two hours in which nobody looks.
    const start = Temporal.Instant.from('2026-03-08T05:00:30Z');
    await registerSchedules(database.db, of.tenant, jobs, start);
    const replicas = [0, 1, 2, 3].map((n) => {
      const db = createDb({ url: database.url, applicationName: `crema test ${n}`, log: silentLog, maxConnections: 2 });
      onTestFinished(() => db.end());
      return crashing(db, chance, () => {
        crashes += 1;
      });
    });
    const tick = (db: Db, now: Temporal.Instant) =>
      startDue({ db, log: silentLog, now }, of.tenant, jobs).catch(() => 0);
    let now = start;
    const minutes = [...Array.from({ length: 25 }, () => 1), 120, ...Array.from({ length: 15 }, () => 3)];
    for (const step of minutes) {
      now = now.add({ minutes: step });
      await Promise.all(replicas.map((db, n) => tick(db, now.add({ milliseconds: n * 40 }))));
    }
    await startDue({ db: database.db, log: silentLog, now }, of.tenant, jobs);
    const total = minutes.reduce((sum, step) => sum + step, 0);
    const count = async (job: string) => {
      const [row] = await database.db.query<{ slots: number; runs: number; jobs: number }>(sql`
        select
          (select count(*)::int from ops.schedule_runs where tenant_id = ${of.tenant.tenantId} and schedule_id = ${job}) as slots,
          (select count(distinct slot_key)::int from ops.job_runs where tenant_id = ${of.tenant.tenantId} and job = ${job}) as runs,
          (select count(*)::int from graphile_worker.jobs where task_identifier = ${`${of.tenant.tenantId}:${job}`}) as jobs`);
      return row;
    };
    expect(crashes).toBeGreaterThan(20);
    expect(await count('minutely')).toEqual({ slots: total, runs: total, jobs: total });
    const quarters = Math.floor((total + 0.5) / 15);
    expect(await count('quarterly')).toEqual({ slots: quarters, runs: quarters, jobs: quarters });
  });

  test('do each run once while all of them look and work', async () => {
    const of = await keptTenant(database.db, 'working');
    const clock = fixedClock('2026-11-20T08:00:30Z');
    const jobs = [countingJob({ id: 'shared' }), countingJob({ id: 'shared-too' })];
    const replicas = await Promise.all(
      [1, 2, 3].map(() =>
        createJobs({
          ...{ db: database.db, url: database.url, kept: [of], jobs, clock, log: silentLog, timing: quick },
          concurrency: 2,
        }),
      ),
    );
    onTestFinished(async () => void (await Promise.all(replicas.map((replica) => replica.stop()))));
    for (const to of ['08:01', '08:02', '08:20']) {
      clock.set(`2026-11-20T${to}:00Z`);
      await Promise.all(replicas.map((replica) => replica.tick()));
    }
    const own = async () => (await effectsOf(database.db)).filter((effect) => effect.startsWith('shared'));
    await until('all have run', async () => (await own()).length >= 40);
    expect(await own()).toHaveLength(40);
    expect(new Set(await own()).size).toBe(40);
  });
});

describe('a worker that dies', () => {
  test('by kill -9 in the middle of its job leaves it to another, and the effect is there once', async () => {
    const of = await keptTenant(database.db, 'killing');
    const start = '2026-11-20T08:00:30Z';
    const jobs = [countingJob({ id: 'killed', maxAttempts: 5 })];
    await registerSchedules(database.db, of.tenant, jobs, Temporal.Instant.from(start));
    const child = spawn(
      process.execPath,
      [path.join(import.meta.dirname, 'child.ts'), database.url, 'killing', '2026-11-20T08:01:10Z', 'hang'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('working\n');
    child.kill('SIGKILL');
    const killedAt = performance.now();
    const clock = fixedClock('2026-11-20T08:01:40Z');
    const survivor = await createJobs({
      ...{ db: database.db, url: database.url, kept: [of], jobs, clock, log: silentLog, timing: quick },
    });
    onTestFinished(() => survivor.stop());
    const own = async () => (await effectsOf(database.db)).filter((effect) => effect.startsWith('killed'));
    await until('the survivor did it', async () => (await own()).length > 0);
    // Silence, a heartbeat to notice it, and a look into the queue; the queue alone would wait for four hours.
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    expect(await own()).toEqual(['killed 2026-11-20T08:01']);
    // The effect is committed before the end of the run is.
    const runs = () =>
      database.db.query<{ attempt: number; state: string }>(sql`
        select attempt, state from ops.job_runs where tenant_id = ${of.tenant.tenantId}`);
    await until('its run has ended', async () => (await runs()).every(({ state }) => state !== 'running'));
    expect(await runs()).toEqual([{ attempt: 2, state: 'done' }]);
    expect(await own()).toEqual(['killed 2026-11-20T08:01']);
  });

  test('in every attempt ends the run as failed, not for ever', async () => {
    const of = await keptTenant(database.db, 'always');
    const job = aJob({ id: 'deadly', maxAttempts: 2 });
    const at = Temporal.Instant.from('2026-11-20T08:01:00Z');
    await registerSchedules(database.db, of.tenant, [job], at.subtract({ seconds: 20 }));
    await startDue({ db: database.db, log: silentLog, now: at }, of.tenant, [job]);
    const [row] = await database.db.query<{ run_id: number }>(sql`
      select run_id from ops.job_runs where tenant_id = ${of.tenant.tenantId}`);
    const ref = { tenantId: of.tenant.tenantId, runId: row!.run_id };
    let machine = systemClock.now();
    for (const expected of ['claimed', 'claimed', 'over']) {
      expect((await claimRun(database.db, ref, job, { at, machine }, 1_000)).kind).toBe(expected);
      machine = machine.add({ seconds: 2 });
    }
    const [run] = await database.db.query<{ state: string; error: string }>(sql`
      select state, error from ops.job_runs where tenant_id = ${of.tenant.tenantId}`);
    expect(run).toEqual({ state: 'failed', error: 'its process ended during attempt 2 of 2' });
  });

  test('but lives, and was taken over, writes nothing any more', async () => {
    const of = await keptTenant(database.db, 'fenced');
    const job = aJob({ id: 'fenced' });
    const at = Temporal.Instant.from('2026-11-20T08:01:00Z');
    await registerSchedules(database.db, of.tenant, [job], at.subtract({ seconds: 20 }));
    await startDue({ db: database.db, log: silentLog, now: at }, of.tenant, [job]);
    const [row] = await database.db.query<{ run_id: number }>(sql`
      select run_id from ops.job_runs where tenant_id = ${of.tenant.tenantId}`);
    const ref = { tenantId: of.tenant.tenantId, runId: row!.run_id };
    const machine = systemClock.now();
    const first = await claimRun(database.db, ref, job, { at, machine }, 1_000);
    expect(
      (await claimRun(database.db, ref, job, { at, machine: machine.add({ milliseconds: 900 }) }, 1_000)).kind,
    ).toBe('busy');
    const second = await claimRun(database.db, ref, job, { at, machine: machine.add({ seconds: 2 }) }, 1_000);
    if (first.kind !== 'claimed' || second.kind !== 'claimed') throw new Error('both have claimed it in turn');
    await expect(database.db.tx((tx) => holdRun(tx, first.claim))).rejects.toThrow('taken over');
    const ended = { moments: { at, machine }, tookMs: 1 };
    expect(await database.db.tx((tx) => endDone(tx, first.claim, {}, ended))).toBe(false);
    expect(await database.db.tx((tx) => endDone(tx, second.claim, {}, ended))).toBe(true);
  });

  test('while a transaction holds its run: nobody takes it over before that ends', async () => {
    const of = await keptTenant(database.db, 'holding');
    const job = aJob({ id: 'holding' });
    const at = Temporal.Instant.from('2026-11-20T08:01:00Z');
    await registerSchedules(database.db, of.tenant, [job], at.subtract({ seconds: 20 }));
    await startDue({ db: database.db, log: silentLog, now: at }, of.tenant, [job]);
    const [row] = await database.db.query<{ run_id: number }>(sql`
      select run_id from ops.job_runs where tenant_id = ${of.tenant.tenantId}`);
    const ref = { tenantId: of.tenant.tenantId, runId: row!.run_id };
    const machine = systemClock.now();
    const first = await claimRun(database.db, ref, job, { at, machine }, 1_000);
    if (first.kind !== 'claimed') throw new Error('it is free');
    const order: string[] = [];
    let second: Promise<unknown> = Promise.resolve();
    await database.db.tx(async (tx) => {
      await holdRun(tx, first.claim);
      second = claimRun(database.db, ref, job, { at, machine: machine.add({ seconds: 5 }) }, 1_000).then(() =>
        order.push('taken over'),
      );
      await until('the claim waits', async () => {
        const waiting = await database.db.query(sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
        return waiting.length > 0;
      });
      order.push('written');
    });
    await second;
    expect(order).toEqual(['written', 'taken over']);
  });
});

test('a run that nothing carries any more is put back into the queue', async () => {
  const of = await keptTenant(database.db, 'lost');
  const job = aJob({ id: 'lost' });
  const at = Temporal.Instant.from('2026-11-20T08:01:00Z');
  await registerSchedules(database.db, of.tenant, [job], at.subtract({ seconds: 20 }));
  await startDue({ db: database.db, log: silentLog, now: at }, of.tenant, [job]);
  const mend = () => mendRuns(database.db, of.tenant.tenantId, [job], { at, machine: systemClock.now() });
  expect(await mend()).toBe(0);
  await database.db.run(sql`delete from graphile_worker._private_jobs where key like ${`run:${of.tenant.tenantId}:%`}`);
  expect([await mend(), await mend()]).toEqual([1, 0]);
});
