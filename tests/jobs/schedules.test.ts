import { readdirSync } from 'node:fs';
import path from 'node:path';
import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixedJobs, jobsOf } from '../../src/jobs/index.ts';
import type { Job } from '../../src/jobs/job.ts';
import { installQueue } from '../../src/jobs/queue.ts';
import { registerSchedules, startDue } from '../../src/jobs/schedules.ts';
import type { Kept } from '../../src/jobs/upkeep.ts';
import { fixedClock, movableClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { aJob, keptTenant } from './company.ts';

const database = useDatabase();
beforeAll(() => installQueue(database.db, database.url, silentLog));

let tenants = 0;
async function aTenant(timezone?: string): Promise<Kept> {
  tenants += 1;
  return keptTenant(database.db, `tenant-${tenants}`, timezone);
}

async function scheduled(of: Kept, jobs: readonly Job[], at: string) {
  const clock = fixedClock(at);
  await registerSchedules(database.db, of.tenant, jobs, clock.now());
  return {
    clock,
    tick: async (to: string) => {
      clock.set(to);
      return startDue({ db: database.db, log: silentLog, now: clock.now() }, of.tenant, jobs);
    },
    /** What is to run, `job slot` each, in order of time; `x3` where it stands for three slots. */
    async slots(): Promise<string[]> {
      const rows = await database.db.query<{ text: string }>(sql`
        select s.schedule_id || ' ' || s.slot_key || case when s.stands_for > 1 then ' x' || s.stands_for else '' end as text
        from ops.schedule_runs s
        join ops.job_runs r on r.tenant_id = s.tenant_id and r.job = s.schedule_id and r.slot_key = s.slot_key
        where s.tenant_id = ${of.tenant.tenantId} order by s.due_at, s.schedule_id`);
      return rows.map(({ text }) => text);
    },
  };
}

describe('what has come due', () => {
  test('is started once, however often is looked, and put into the queue with it', async () => {
    const of = await aTenant();
    const { tick, slots } = await scheduled(of, [aJob({ id: 'once' })], '2026-11-20T08:00:30Z');
    expect(await tick('2026-11-20T08:00:59Z')).toBe(0);
    expect([await tick('2026-11-20T08:01:00Z'), await tick('2026-11-20T08:01:20Z')]).toEqual([1, 0]);
    expect(await slots()).toEqual(['once 2026-11-20T08:01']);
    const queued = await database.db.query(sql`
      select task_identifier, attempts from graphile_worker.jobs where task_identifier = ${`${of.tenant.tenantId}:once`}`);
    expect(queued).toMatchObject([{ attempts: 0 }]);
  });

  test('after two hours without anybody is caught up by the policy of each', async () => {
    const cadence = { cron: '*/15 * * * *', zone: 'UTC' } as const;
    const jobs = [
      aJob({ id: 'all', cadence }),
      aJob({ id: 'latest', cadence, misfire: 'latest' }),
      aJob({ id: 'skip', cadence, misfire: { skipAfterMinutes: 20 } }),
    ];
    const { tick, slots } = await scheduled(await aTenant(), jobs, '2026-11-20T08:00:30Z');
    expect(await tick('2026-11-20T10:00:40Z')).toBe(8 + 1 + 2);
    const found = await slots();
    expect(found.filter((slot) => slot.startsWith('all'))).toHaveLength(8);
    expect(found.filter((slot) => slot.startsWith('latest'))).toEqual(['latest 2026-11-20T10:00 x8']);
    expect(found.filter((slot) => slot.startsWith('skip'))).toEqual(['skip 2026-11-20T09:45', 'skip 2026-11-20T10:00']);
  });

  test('is each hour once on the days of 23 and of 25 hours', async () => {
    const job = aJob({ id: 'hourly', cadence: { cron: '0 * * * *', zone: 'tenant' }, misfire: 'latest' });
    for (const [from, hours] of [
      ['2026-03-08T05:00:30Z', 23],
      ['2026-11-01T04:00:30Z', 24],
    ] as const) {
      const { clock, tick, slots } = await scheduled(await aTenant('America/New_York'), [job], from);
      for (let minutes = 0; minutes < (hours === 23 ? 23 : 25) * 60; minutes += 30)
        await tick(clock.now().add({ minutes: 30 }).toString());
      const found = await slots();
      expect(found).toHaveLength(hours);
      expect(new Set(found).size).toBe(hours);
    }
  });

  test('is neither doubled nor lost when the clock is set forwards, and back again', async () => {
    const jobs = [
      aJob({ id: 'all', cadence: { cron: '0 * * * *', zone: 'UTC' } }),
      aJob({ id: 'latest', cadence: { cron: '*/5 * * * *', zone: 'UTC' }, misfire: 'latest' }),
    ];
    const { tick, slots } = await scheduled(await aTenant(), jobs, '2026-11-20T08:01:00Z');
    await tick('2026-11-20T11:02:00Z');
    expect(await slots()).toEqual([
      'all 2026-11-20T09:00',
      'all 2026-11-20T10:00',
      'all 2026-11-20T11:00',
      'latest 2026-11-20T11:00 x36',
    ]);
    await tick('2026-11-20T08:03:00Z');
    for (let minute = 4; minute <= 16; minute++) await tick(`2026-11-20T08:${String(minute).padStart(2, '0')}:00Z`);
    for (const to of ['08:30', '08:58', '09:01', '10:30', '11:01', '11:06', '12:01'])
      await tick(`2026-11-20T${to}:00Z`);
    const found = await slots();
    // What ran ahead does not run again; what did not, runs in its time.
    expect(found.filter((slot) => slot.startsWith('all'))).toEqual(
      [9, 10, 11, 12].map((hour) => `all 2026-11-20T${String(hour).padStart(2, '0')}:00`),
    );
    expect(found.filter((slot) => slot.startsWith('latest'))).toEqual([
      'latest 2026-11-20T08:05',
      'latest 2026-11-20T08:10',
      'latest 2026-11-20T08:15',
      'latest 2026-11-20T08:30 x3',
      'latest 2026-11-20T08:55 x5',
      'latest 2026-11-20T09:00',
      'latest 2026-11-20T10:30 x18',
      'latest 2026-11-20T11:00 x36',
      'latest 2026-11-20T11:05',
      'latest 2026-11-20T12:00 x11',
    ]);
  });

  test('stays decided when replicas’ clocks are seconds apart', async () => {
    const { tick, slots } = await scheduled(
      await aTenant(),
      [aJob({ id: 'skewed', misfire: 'latest' })],
      '2026-11-20T08:00:30Z',
    );
    for (const to of ['08:03:01', '08:02:58', '08:04:00', '08:03:59', '08:04:02']) await tick(`2026-11-20T${to}Z`);
    expect(await slots()).toEqual(['skewed 2026-11-20T08:03 x3', 'skewed 2026-11-20T08:04']);
  });

  test('counts from the registration on; a changed schedule keeps what was decided, a removed one rests', async () => {
    const of = await aTenant();
    const every = (minutes: number) => aJob({ id: 'changing', cadence: { cron: `*/${minutes} * * * *`, zone: 'UTC' } });
    const first = await scheduled(of, [every(30)], '2026-11-20T08:01:00Z');
    await first.tick('2026-11-20T08:31:00Z');
    await registerSchedules(database.db, of.tenant, [every(10)], first.clock.now());
    expect(
      await startDue(
        { db: database.db, log: silentLog, now: Temporal.Instant.from('2026-11-20T08:51:00Z') },
        of.tenant,
        [every(10)],
      ),
    ).toBe(2);
    await registerSchedules(database.db, of.tenant, [], first.clock.now());
    expect(await first.tick('2026-11-20T10:00:00Z')).toBe(0);
    expect(await first.slots()).toEqual([30, 40, 50].map((minute) => `changing 2026-11-20T08:${minute}`));
  });
  test('moves with the clock of the sandbox', async () => {
    const clock = movableClock(fixedClock('2026-11-20T08:00:00Z'));
    const of = await aTenant();
    const jobs = [aJob({ id: 'moved' })];
    await registerSchedules(database.db, of.tenant, jobs, clock.now());
    clock.moveTo(Temporal.Instant.from('2026-11-20T08:05:00Z'));
    expect(await startDue({ db: database.db, log: silentLog, now: clock.now() }, of.tenant, jobs)).toBe(5);
    clock.backToReal();
    expect(await startDue({ db: database.db, log: silentLog, now: clock.now() }, of.tenant, jobs)).toBe(0);
  });
});

describe('the list of jobs', () => {
  test('is the rooms', () => {
    const rooms = readdirSync(path.join(import.meta.dirname, '..', '..', 'src', 'jobs', 'rooms'));
    expect(fixedJobs.map(({ id }) => `${id}.ts`).sort()).toEqual(rooms.sort());
  });

  test('has parts before what waits for them', () => {
    const ids = jobsOf([
      aJob({ id: 'late', after: { jobs: ['early'], deadlineMinutes: 5 } }),
      aJob({ id: 'early' }),
    ]).map(({ id }) => id);
    expect(ids.indexOf('early')).toBeLessThan(ids.indexOf('late'));
    expect(ids.indexOf('drain')).toBeLessThan(ids.indexOf('snapshots'));
    expect(ids).toHaveLength(fixedJobs.length + 2);
  });

  test.each([
    ['twice the same id', [aJob(), aJob()], /2 jobs "work"/],
    ['a part that is not there', [aJob({ after: { jobs: ['nobody'], deadlineMinutes: 1 } })], /0 jobs "nobody"/],
    ['parts that wait for each other', [aJob({ after: { jobs: ['work'], deadlineMinutes: 1 } })], /waits for itself/],
    ['no schedule', [aJob({ cadence: { cron: 'nightly', zone: 'UTC' } })], /is no schedule/],
  ])('refuses %s', (_, jobs, message) => {
    expect(() => jobsOf(jobs)).toThrow(message);
  });
});
