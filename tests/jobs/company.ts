import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { loadTenant } from '../../src/app/tenants.ts';
import type { Db } from '../../src/db/db.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { usualTiming } from '../../src/jobs/execute.ts';
import type { Job, JobContext, JobReport } from '../../src/jobs/job.ts';
import type { Kept } from '../../src/jobs/upkeep.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';

/** As in production, only sooner. */
export const quick = { ...usualTiming, leaseMs: 1_200, beatMs: 200, silentMs: 1_500, pollMs: 100, retryBaseMs: 20 };

export async function keptTenant(db: Db, slug: string, timezone = 'UTC'): Promise<Kept> {
  await db.run(sql`insert into ops.tenants (slug, name, timezone) values (${slug}, ${slug}, ${timezone})`);
  return tenantOf(db, slug);
}

/** A tenant that is there already. */
export async function tenantOf(db: Db, slug: string): Promise<Kept> {
  const tenant = await loadTenant(db, slug);
  const terms = slaTerms(defaultPolicies);
  return { tenant, terms: () => terms };
}

export function aJob(overrides: Partial<Job> = {}): Job {
  return {
    id: 'work',
    title: 'Works',
    cadence: { cron: '* * * * *', zone: 'UTC' },
    misfire: 'all',
    catchUpMinutes: 24 * 60,
    maxAttempts: 3,
    timeoutMinutes: 5,
    refreshSlaMinutes: 60,
    run: async () => ({}),
    ...overrides,
  };
}

/** A job that writes a row for each time it ran, fenced; the table is made by `makeEffects`. */
export function countingJob(overrides: Partial<Job> = {}, before?: (context: JobContext) => Promise<void>): Job {
  return aJob({
    ...overrides,
    async run(context): Promise<JobReport> {
      await before?.(context);
      await context.db.tx(async (tx) => {
        await context.hold(tx);
        await tx.run(
          sql`insert into effects (job, due_at) values (${overrides.id ?? 'work'}, ${context.dueAt.toString()})`,
        );
      });
      return { counts: { effects: 1 } };
    },
  });
}

export async function makeEffects(db: Db): Promise<void> {
  await db.run(sql`create table if not exists effects (job text, due_at timestamptz)`);
}

export async function effectsOf(db: Db): Promise<string[]> {
  const rows = await db.query<{ job: string; due_at: Temporal.Instant }>(
    sql`select job, due_at from effects order by due_at, job`,
  );
  return rows.map(({ job, due_at }) => `${job} ${due_at.toString().slice(0, 16)}`);
}

/** Asks until the answer is yes; gives up after 30 s with what was hoped for. */
export async function until(hope: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`in vain: ${hope}`);
    await sleep(20);
  }
}
