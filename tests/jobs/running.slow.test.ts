import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { retryDelayMs } from '../../src/jobs/execute.ts';
import type { Job } from '../../src/jobs/job.ts';
import { createJobs, type Jobs, type JobsOptions } from '../../src/jobs/jobs.ts';
import { keepWorkers } from '../../src/jobs/keep-workers.ts';
import { backlogOf, deadRuns, type RunStatus, runOf, statusOf } from '../../src/jobs/status.ts';
import type { Kept } from '../../src/jobs/upkeep.ts';
import { fixedClock, movableClock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { aJob, countingJob, effectsOf, keptTenant, makeEffects, quick, until } from './company.ts';

const database = useDatabase();
beforeAll(() => makeEffects(database.db));

let tenants = 0;

/** Jobs that run over a clock the test moves. */
async function running(jobs: readonly Job[], options: Partial<JobsOptions> = {}) {
  tenants += 1;
  const of: Kept = await keptTenant(database.db, `tenant-${tenants}`);
  const clock = fixedClock('2026-11-20T08:00:30Z');
  const started: Jobs = await createJobs({
    ...{ db: database.db, url: database.url, kept: [of], jobs, clock, log: silentLog, timing: quick },
    ...options,
  });
  onTestFinished(() => started.stop());
  const runs = async (): Promise<RunStatus[]> => {
    const rows = await database.db.query<{ run_id: number }>(
      sql`select run_id from ops.job_runs where tenant_id = ${of.tenant.tenantId} order by due_at, run_id`,
    );
    return Promise.all(
      rows.map(async ({ run_id }) => (await runOf(database.db, of.tenant.tenantId, run_id, clock.now()))!),
    );
  };
  return {
    ...{ of, clock, started, runs },
    async tick(to: string) {
      clock.set(to);
      await started.tick();
    },
    async ended(count: number) {
      await until(`${count} runs have ended`, async () => {
        const all = await runs();
        return all.filter(({ state }) => state === 'done' || state === 'failed').length >= count;
      });
      return runs();
    },
  };
}

describe('a run', () => {
  test('does its work once and says what it came to', async () => {
    const { tick, ended, started, of, clock } = await running([countingJob({ id: 'one' })]);
    await tick('2026-11-20T08:01:10Z');
    const [run, ...more] = await ended(1);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      ...{ job: 'one', by: 'schedule', slot: '2026-11-20T08:01', state: 'done', attempt: 1 },
      ...{ counts: { effects: 1 }, error: null, beyondSla: false },
    });
    expect(await effectsOf(database.db)).toContain('one 2026-11-20T08:01');
    expect(started.state()).toBe('ok');
    const [status] = await statusOf(database.db, of.tenant, [countingJob({ id: 'one' })], clock.now());
    expect(status).toMatchObject({ day: { done: 1, failedAttempts: 0, beyondSla: 0 }, dead: 0 });
    expect(status?.nextDueAt).toBe('2026-11-20T08:02:00Z');
  });

  test('that fails is tried again, and keeps its last error when it is done', async () => {
    let times = 0;
    const job = countingJob({ id: 'flaky' }, async () => {
      times += 1;
      if (times < 3) throw new Error(`failure ${times}`);
    });
    const { tick, ended, of, clock } = await running([job]);
    await tick('2026-11-20T08:01:00Z');
    expect(await ended(1)).toMatchObject([{ state: 'done', attempt: 3, error: null }]);
    expect(await effectsOf(database.db)).toContain('flaky 2026-11-20T08:01');
    const [status] = await statusOf(database.db, of.tenant, [job], clock.now());
    expect(status?.day.failedAttempts).toBe(2);
  });

  test('with no attempt left has failed, is counted as dead until a later one is done, and says why', async () => {
    let fails = true;
    const job = aJob({
      ...{ id: 'dying', misfire: 'latest', maxAttempts: 2 },
      run: async () => {
        if (fails) throw new Error('no such thing');
        return {};
      },
    });
    const { tick, ended, of, clock } = await running([job]);
    const dead = async () => (await backlogOf(database.db, [of.tenant.tenantId], [job], clock.now())).dead;
    await tick('2026-11-20T08:01:00Z');
    expect(await ended(1)).toMatchObject([{ state: 'failed', attempt: 2, error: 'no such thing' }]);
    expect(await dead()).toBe(1);
    expect(await deadRuns(database.db, of.tenant.tenantId, [job], clock.now())).toHaveLength(1);
    fails = false;
    await tick('2026-11-20T08:02:00Z');
    await ended(2);
    expect(await dead()).toBe(0);
  });

  test('beyond its refresh SLA is recorded as such', async () => {
    const { tick, ended } = await running([aJob({ id: 'late', cadence: { cron: '0 * * * *', zone: 'UTC' } })]);
    await tick('2026-11-20T10:00:10Z');
    expect((await ended(2)).map(({ slot, beyondSla }) => [slot?.slice(11), beyondSla])).toEqual([
      ['09:00', true],
      ['10:00', false],
    ]);
  });

  test('that takes too long is told to end, and tried again', async () => {
    const job = aJob({
      ...{ id: 'slow', maxAttempts: 1, timeoutMinutes: 0.005 },
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const { tick, ended } = await running([job]);
    await tick('2026-11-20T08:01:00Z');
    expect(await ended(1)).toMatchObject([{ state: 'failed', error: 'it took more than 0.005 min' }]);
  });

  test('broken off by the stop of its process loses no attempt, and is run by the next one', async () => {
    let begun = false;
    const hanging = aJob({
      ...{ id: 'stopped', maxAttempts: 1 },
      run: ({ signal }) =>
        new Promise((_, reject) => {
          begun = true;
          signal.addEventListener('abort', () => reject(new Error('asked to stop')));
        }),
    });
    const { tick, started, runs, of, clock } = await running([hanging]);
    await tick('2026-11-20T08:01:00Z');
    await until('it has begun', async () => begun);
    await started.stop();
    expect(await runs()).toMatchObject([{ state: 'retrying', attempt: 1, attempts: 2 }]);
    const next = await createJobs({
      ...{ db: database.db, url: database.url, kept: [of], clock, log: silentLog, timing: quick },
      jobs: [countingJob({ id: 'stopped' })],
    });
    onTestFinished(() => next.stop());
    await until('the next process ran it', async () => (await runs())[0]?.state === 'done');
  });

  test('that comes due because the clock of the sandbox was set forwards does not wait for the minute', async () => {
    const clock = movableClock(fixedClock('2026-11-20T08:00:30Z'));
    const { ended } = await running([countingJob({ id: 'moved', misfire: 'latest' })], { clock });
    clock.moveTo(Temporal.Instant.from('2026-11-20T11:30:00Z'));
    expect(await ended(1)).toMatchObject([{ slot: '2026-11-20T11:30', state: 'done' }]);
  });

  test('is carried on after the database threw its workers out and refused them for a while', async () => {
    const { tick, ended, started } = await running([countingJob({ id: 'outage' })]);
    const [name] = await database.db.query<{ name: string }>(sql`select current_database() as name`);
    const admin = createDb({ url: inject('serverUrl'), applicationName: 'crema test admin', log: silentLog });
    onTestFinished(() => admin.end());
    const allow = (allowed: boolean) =>
      admin.run(sql`${raw(`alter database ${name!.name} with allow_connections ${allowed}`)}`);
    onTestFinished(() => void allow(true).catch(() => undefined));
    await allow(false);
    for (let refused = 0; refused < 20; refused++) {
      await admin.query(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${name!.name} and application_name like 'crema worker%'`);
      await sleep(50);
    }
    await allow(true);
    await tick('2026-11-20T08:01:00Z');
    expect(await ended(1)).toMatchObject([{ state: 'done' }]);
    expect(started.state()).toBe('ok');
  });

  test('of one job waits for the one before it: they never overlap', async () => {
    let [working, most] = [0, 0];
    const job = aJob({
      id: 'serial',
      async run() {
        working += 1;
        most = Math.max(most, working);
        await new Promise((resolve) => setTimeout(resolve, 5));
        working -= 1;
        return {};
      },
    });
    const { tick, ended } = await running([job]);
    await tick('2026-11-20T08:12:00Z');
    expect(await ended(12)).toHaveLength(12);
    expect(most).toBe(1);
  });
});

describe('a run that waits for its parts', () => {
  const hourly = { cron: '0 * * * *', zone: 'UTC' } as const;
  const after = { jobs: ['part'], deadlineMinutes: 30 };
  function whole(seen: string[][]): Job {
    return aJob({
      ...{ id: 'whole', cadence: hourly, after },
      run: async ({ lacking }) => {
        seen.push([...lacking]);
        return {};
      },
    });
  }

  test('starts when they are done', async () => {
    const order: string[] = [];
    const part = aJob({
      ...{ id: 'part', cadence: hourly },
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        order.push('part');
        return {};
      },
    });
    const seen: string[][] = [];
    const jobs = [part, { ...whole(seen), run: async () => ({ counts: { at: order.push('whole') } }) }];
    const { tick, ended } = await running(jobs);
    await tick('2026-11-20T09:00:00Z');
    await ended(2);
    expect(order).toEqual(['part', 'whole']);
  });

  test('starts without them after its deadline, and knows what it lacks', async () => {
    const part = aJob({
      ...{ id: 'part', cadence: hourly },
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    });
    const seen: string[][] = [];
    const { tick, runs } = await running([part, whole(seen)]);
    await tick('2026-11-20T09:00:00Z');
    const state = async () => (await runs()).find(({ job }) => job === 'whole')?.state;
    expect(await state()).toBe('waiting');
    await tick('2026-11-20T09:29:00Z');
    expect(await state()).toBe('waiting');
    await tick('2026-11-20T09:30:00Z');
    await until('it ran', async () => (await state()) === 'done');
    expect(seen).toEqual([['part']]);
  });

  test('does not wait for what has failed for good, unless a later one is done', async () => {
    const part = aJob({ id: 'part', cadence: hourly, maxAttempts: 1, run: () => Promise.reject(new Error('no')) });
    const seen: string[][] = [];
    const { tick, ended } = await running([part, whole(seen)]);
    await tick('2026-11-20T09:00:00Z');
    await ended(2);
    expect(seen).toEqual([['part']]);
  });
});

test('waits between attempts grow by two with full jitter, up to half an hour', () => {
  const span = (failures: number) => retryDelayMs(failures, 2_000, () => 1);
  expect([1, 2, 3, 4].map(span)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(span(40)).toBe(1_800_000);
  expect(retryDelayMs(4, 2_000, () => 0.5)).toBe(8_000);
  expect(retryDelayMs(4, 2_000, () => 0)).toBe(200);
});

test('a pool of workers that has ended is followed by another one, and forgotten when that is stopped', async () => {
  const { tenant } = await keptTenant(database.db, 'ending');
  const pools: string[] = [];
  const alive = new Set<string>();
  const kept = await keepWorkers({
    ...{ db: database.db, log: silentLog, tenantIds: [tenant.tenantId], machine: systemClock, timing: quick },
    async start() {
      const poolId = `pool-${pools.length}`;
      pools.push(poolId);
      alive.add(poolId);
      return { poolId, isAlive: () => alive.has(poolId), stop: async () => void alive.delete(poolId) };
    },
  });
  alive.clear();
  expect(kept.isAlive()).toBe(false);
  await until('another one lives', async () => kept.isAlive());
  const beating = () =>
    database.db.query<{ pool_id: string }>(sql`
      select pool_id from ops.worker_heartbeats where tenant_id = ${tenant.tenantId} order by 1`);
  await until('it beats', async () => (await beating()).some(({ pool_id }) => pool_id === 'pool-1'));
  await kept.stop();
  expect(pools).toEqual(['pool-0', 'pool-1']);
  expect((await beating()).filter(({ pool_id }) => pool_id === 'pool-1')).toEqual([]);
});
