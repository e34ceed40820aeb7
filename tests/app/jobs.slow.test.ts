import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { configuredJobs } from '../../src/app/jobs.ts';
import { startApp } from '../../src/app/start.ts';
import { parseConfig } from '../../src/config/config.ts';
import { readEnvironment } from '../../src/config/environment.ts';

import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { until } from '../jobs/company.ts';
import { runCrema } from './run-crema.ts';

const jobsThere = configuredJobs(parseConfig('', 'none'));

const database = useDatabase();
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-jobs-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const crema = (...argv: string[]) =>
  runCrema([...argv, '--now', '2026-11-20T08:00:00Z'], { DATABASE_URL: database.url, CREMA_HOME: home });
const json = async (...argv: string[]) => {
  const ran = await crema(...argv, '--json');
  return { code: ran.code, said: JSON.parse(ran.out) };
};

describe('the command line', () => {
  test('lists every job before anything ran, and says who schedules', async () => {
    const { code, out } = await crema('jobs');
    expect(code).toBe(0);
    for (const { id } of jobsThere) expect(out).toMatch(new RegExp(`^${id} +.*never`, 'm'));
    expect(out).toContain('crema start');
  });

  test('runs one job now, recorded as by hand', async () => {
    expect(await crema('jobs', 'run', 'drain')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^run \d+ of drain: done/),
    });
    const { said } = await json('jobs');
    const [drain] = said.jobs.filter(({ job }: { job: string }) => job === 'drain');
    expect(drain.last).toMatchObject({ by: 'hand', state: 'done', slot: null, attempt: 1, error: null });
    expect(await crema('jobs', 'run', 'dran')).toMatchObject({
      code: 2,
      note: expect.stringContaining('did you mean drain?'),
    });
    expect(await crema('jobs', 'stop')).toMatchObject({ code: 2 });
    expect(await crema('jobs', 'run')).toMatchObject({ code: 2 });
  });

  test('tries a run that failed for good once more', async () => {
    await database.db.run(sql`
      insert into ops.job_runs (tenant_id, job, started_by, slot_key, due_at, state, attempt, max_attempts, error, refresh_sla_minutes)
      select tenant_id, 'partitions', 'schedule', '2026-11-19T01:05', '2026-11-19T01:05:00Z', 'failed', 5, 5, 'no disk', 60
      from ops.tenants where slug = 'default'`);
    const { said } = await json('jobs');
    expect(said.dead).toMatchObject([{ job: 'partitions', error: 'no disk' }]);
    expect((await crema('jobs')).out).toContain('after 5 attempts: no disk');
    const run = String(said.dead[0].run);
    expect(await json('jobs', 'retry', run)).toMatchObject({
      code: 0,
      said: { state: 'done', attempt: 6, slot: '2026-11-19T01:05' },
    });
    expect((await json('jobs')).said.dead).toEqual([]);
    expect(await crema('jobs', 'retry', run)).toMatchObject({ code: 1, note: expect.stringContaining('it is done') });
    expect(await crema('jobs', 'retry', '999999')).toMatchObject({ code: 1 });
  });

  test('aggregates by the hour, the day and the week', async () => {
    expect(await json('aggregate', 'hourly')).toMatchObject({
      code: 0,
      said: { type: 'hourly', success: true, jobs: [{ job: 'drain', done: true }] },
    });
    const { code, out } = await crema('aggregate', 'weekly');
    expect([code, out.split('\n').length]).toEqual([0, jobsThere.length + 1]);
    expect(await crema('aggregate', 'yearly')).toMatchObject({
      code: 2,
      note: expect.stringContaining('hourly, daily, weekly'),
    });
  });

  test('tests the data: exit code 1 with examples where one fails', async () => {
    expect(await crema('check')).toMatchObject({ code: 0, out: expect.stringContaining(', 0 failed') });
    const [tenant] = await database.db.query<{ tenant_id: number }>(
      sql`select tenant_id from ops.tenants where slug = 'default'`,
    );
    await insertTickets(database.db, tenant!.tenant_id, [
      { id: 'x1', created_at: '2026-11-19T08:00:00Z', priority: 'unmapped' },
    ]);
    const { code, out } = await crema('check');
    expect(code).toBe(1);
    expect(out).toContain('FAIL  known-values');
    expect(out).toContain('ticket import/x1: priority');
    const { said } = await json('check');
    expect(said.checks.filter(({ failures }: { failures: number }) => failures > 0)).toHaveLength(2);
  });
});

describe('the running bot', () => {
  test('runs what comes due, says so in readiness, metrics and over HTTP, and stops', async () => {
    const clock = fixedClock('2026-11-20T08:00:30Z');
    const env = { DATABASE_URL: database.url, CREMA_HOME: home, CRON_SECRET: 'hush', PORT: '0' };
    const options = {
      ...{
        environment: { ...readEnvironment(env), port: 0 },
        config: parseConfig('', 'crema.yaml'),
        configPresent: false,
      },
      ...{ tenant: 'default', clock, log: silentLog, host: '127.0.0.1' },
    };
    const app = await startApp(options);
    let stopped = false;
    onTestFinished(async () => void (stopped || (await app.stop())));
    // Another replica over the same database.
    const other = await startApp(options);
    onTestFinished(() => other.stop());
    expect(await (await fetch(`${app.url}/readyz`)).json()).toMatchObject({ checks: { queue: 'ok' } });
    const cron = await fetch(`${app.url}/api/cron/aggregate-metrics?type=daily`, {
      headers: { authorization: 'Bearer hush' },
    });
    expect([cron.status, await cron.json()]).toMatchObject([
      200,
      { success: true, type: 'daily', timestamp: '2026-11-20T08:00:30Z' },
    ]);
    await until('the run is counted', async () =>
      (await (await fetch(`${app.url}/metrics`)).text()).includes('crema_jobs_open 0'),
    );
    expect(await (await fetch(`${app.url}/metrics`)).text()).toContain(
      'crema_job_runs_total{job="drain",outcome="done"} 1',
    );
    await app.stop();
    stopped = true;
    const beating = await database.db.query(sql`select distinct pool_id from ops.worker_heartbeats`);
    expect(beating).toHaveLength(1);
  });
});
