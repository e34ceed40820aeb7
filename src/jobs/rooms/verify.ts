import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { verify as verifyRollup } from '../../rollups/engine.ts';
import { rollups } from '../../rollups/index.ts';
import type { Rollup, TenantZone } from '../../rollups/rollup.ts';
import type { Job } from '../job.ts';

/** Every day of the past has its turn once in so many nights. */
const rotation = 28;

/**
 * Compares yesterday and a rotating sample of all days of every aggregate with a recompute. What differs is a defect or
 * tampering: it is logged, told by the run, and marked, so that the next drain makes it right.
 */
export const verify: Job = {
  id: 'verify',
  title: 'Compares yesterday and every 28th day of the aggregates with a recompute',
  cadence: { cron: '30 2 * * *', zone: 'tenant' },
  misfire: 'latest',
  catchUpMinutes: 2 * 24 * 60,
  maxAttempts: 3,
  timeoutMinutes: 120,
  refreshSlaMinutes: 240,
  aggregate: 'daily',
  async run({ db, tenant, clock, dueAt, log, signal }) {
    const today = dueAt.toZonedDateTimeISO(tenant.timezone).toPlainDate();
    let [days, cells, differing] = [0, 0, 0];
    for (const rollup of rollups) {
      signal.throwIfAborted();
      const sample = await sampleDays(db, rollup, tenant, today);
      const verified = await verifyRollup(db, rollup, tenant, clock.now(), { days: sample, mark: true });
      days += sample.length;
      cells += verified.cells;
      differing += verified.differing;
      if (verified.differing > 0)
        log.error(
          { rollup: rollup.id, differing: verified.differing, examples: verified.examples.slice(0, 3) },
          'aggregate differs from its recompute, its days are marked',
        );
    }
    return { counts: { days, cells, differing }, ...problemOf(differing) };
  },
};

export function problemOf(differing: number): { problem?: string } {
  return differing === 0
    ? {}
    : { problem: `${differing} cells or facts differed from a recompute; they are marked and will be made again` };
}

/** Yesterday, and of the days since the first stored one those whose turn it is. */
async function sampleDays(
  db: Queryable,
  rollup: Rollup,
  { tenantId }: TenantZone,
  today: Temporal.PlainDate,
): Promise<string[]> {
  const [row] = await db.query<{ first: string | null }>(sql`
    select min(day) as first from ${raw(rollup.table)} where tenant_id = ${tenantId}`);
  const yesterday = today.subtract({ days: 1 });
  const days = new Set([yesterday.toString()]);
  if (row?.first) {
    const turn = Temporal.PlainDate.from('2000-01-01').until(today).days % rotation;
    const offset = Temporal.PlainDate.from('2000-01-01').until(row.first).days % rotation;
    // Dates before 2000 have a negative remainder.
    let day = addDays(row.first, (turn - offset + 2 * rotation) % rotation);
    for (; day < yesterday.toString(); day = addDays(day, rotation)) days.add(day);
  }
  return [...days];
}
