import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { randomFor } from '../../sandbox/company/random.ts';
import type { Crm } from '../../sandbox/crm/crm.ts';
import type { SoakClock, TimeStand } from './clock.ts';
import { type Amounts, nextStep, troubleOf } from './plan.ts';
import type { Replicas } from './replicas.ts';
import type { TapRuns } from './tap.ts';

/** Who takes part. */
export interface Living {
  db: Db;
  seed: string;
  amounts: Amounts;
  onProgress?: (words: string) => void;
  crm: Crm;
  clock: SoakClock;
  replicas: Replicas;
  tap: TapRuns;
  start: Temporal.Instant;
}

function move(to: Temporal.Instant, { crm, clock, replicas }: Pick<Living, 'crm' | 'clock' | 'replicas'>): void {
  clock.moveTo(to);
  replicas.tell(clock.stand());
  crm.tick();
}

/** The days of trouble. */
export async function live(living: Living): Promise<{ steps: number; blackouts: number }> {
  const { crm, replicas, tap, start, amounts } = living;
  const random = randomFor(`${living.seed}/soak`);
  const end = start.add({ hours: 24 * amounts.days });
  crm.webhooks()?.setTrouble(troubleOf(amounts));
  let [steps, blackouts, tapAt] = [0, 0, start];
  let tapping: Promise<void> | undefined;
  let reviving: Promise<void> | undefined;
  let failure: unknown;
  const noting = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      failure ??= error;
    });
  let to = start;
  while (Temporal.Instant.compare(to, end) < 0) {
    const step = nextStep(random, amounts);
    to = to.add({ minutes: step.minutes });
    for (const fault of step.faults) crm.faults.plan(fault);
    move(to, living);
    steps++;
    if (!tapping && to.since(tapAt).total('hours') >= amounts.tapEveryHours) {
      tapAt = to;
      tapping = noting(tap.run({ now: to, killAfterMs: step.killTapAfterMs })).finally(() => {
        tapping = undefined;
      });
    }
    const before = step.killAfterMs ?? 0;
    await sleep(before);
    if (step.blackout) blackouts++;
    const victims = step.blackout
      ? Array.from({ length: amounts.replicas }, (_, number) => number)
      : step.killAfterMs === undefined
        ? []
        : [step.victim];
    for (const victim of victims) replicas.kill(victim);
    await sleep(Math.max(0, step.pauseMs - before));
    // Those that were killed come back one step later, and all of them later still.
    if (!step.blackout && victims.length === 0)
      reviving ??= noting(replicas.revive()).finally(() => {
        reviving = undefined;
      });
    // The CRM does not wait for the bots, but a soak in which they never come to work shows nothing.
    await Promise.race([settled(living), sleep(step.patienceMs)]);
    if (failure) throw failure;
    if (steps % 10 === 0)
      living.onProgress?.(
        `day ${(to.since(start).total('hours') / 24).toFixed(1)} of ${amounts.days}, ${replicas.counts().kills} kills`,
      );
  }
  await reviving;
  await tapping;
  if (failure) throw failure;
  return { steps, blackouts };
}

/** Resolves when webhooks are taken, and jobs are done but for a few. */
async function settled({ crm, db }: Living): Promise<void> {
  await crm.webhooks()?.drained();
  for (;;) {
    const [row] = await db.query<{ open: number }>(sql`
      select count(*)::int as open from ops.job_runs where state in ('queued', 'running')`);
    if (row!.open <= fewRuns) return;
    await sleep(100);
  }
}

const fewRuns = 3;

/** Faults end, everybody is there again, and a few hours go by; then time stands still and everything is handed over. */
export async function calmDown(
  deps: Pick<Living, 'crm' | 'clock' | 'replicas' | 'tap' | 'db'> & { tenant: Tenant },
): Promise<void> {
  const { crm, clock, replicas, tap, db, tenant } = deps;
  crm.faults.clear();
  crm.webhooks()?.setTrouble({});
  await replicas.revive();
  for (let hour = 0; hour < calmHours; hour++) {
    move(clock.now().add({ hours: 1 }), deps);
    await crm.webhooks()?.drained();
    await sleep(calmPauseMs);
  }
  const stillAt = clock.now().add({ minutes: 30 }).round({ smallestUnit: 'second', roundingMode: 'ceil' });
  const stand: TimeStand = { stillAtMs: stillAt.epochMilliseconds };
  clock.set(stand);
  replicas.tell(stand);
  crm.tick();
  await crm.webhooks()?.drained();
  await tap.run({ now: stillAt });
  for (;;) {
    const [row] = await db.query<{ stored: number }>(sql`
      select count(*)::int as stored from ops.webhook_events where tenant_id = ${tenant.tenantId} and state = 'stored'`);
    if (row!.stored === 0) break;
    await sleep(100);
  }
}

/** Longer than the longest time a fault tells wrongly, and than an event is held back. */
const calmHours = 4;
const calmPauseMs = 500;
