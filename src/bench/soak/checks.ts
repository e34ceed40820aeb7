import sql from 'sql-template-tag';
import { sourcesOf } from '../../app/sources.ts';
import type { Config } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { silentLog } from '../../lib/log.ts';
import { syncStream } from '../../sync/sync.ts';
import { applyWebhooks } from '../../sync/webhooks/apply.ts';
import { runCrema } from './child.ts';
import type { SoakClock } from './clock.ts';

/** Every stream once, as an hour or as somebody who asks for everything would. */
export async function readAll(db: Db, clock: SoakClock, tenant: Tenant, config: Config, full: boolean): Promise<void> {
  const deps = { db, clock, log: silentLog, tenant };
  for (const source of sourcesOf(config, tenant.slug)) {
    const order = ['campaigns', 'contacts', 'reports', 'messages', 'field-definitions', 'custom-fields'];
    for (const stream of order) {
      const options = { signal: AbortSignal.timeout(600_000), now: true, full };
      let result = await syncStream(deps, source, stream, options);
      // A walk that a killed one left unfinished was only ended.
      if (result.outcome !== 'whole') result = await syncStream(deps, source, stream, options);
      if (result.outcome !== 'whole') throw new Error(`${stream} was not read: ${result.outcome} ${result.notes}`);
    }
  }
  // Some events waited for what was read now.
  while ((await applyWebhooks(db, tenant, clock)).more);
}

/** `crema refresh --verify`, as anybody would run it. */
export async function refreshVerify(databaseUrl: string, configFile: string, at: Temporal.Instant): Promise<Verified> {
  const args = ['refresh', '--verify', '--json', '--config', configFile, '--now', at.toString()];
  const { out } = await runCrema(args, { databaseUrl });
  const { sla, conversations, rollups } = JSON.parse(out) as Record<'sla' | 'conversations', Facts> & {
    rollups: (Facts & { rollup: string; cells: number })[];
  };
  const parts = [sla, conversations, ...rollups];
  return {
    tickets: sla.tickets ?? 0,
    cells: rollups.reduce((sum, { cells }) => sum + cells, 0),
    differing: parts.reduce((sum, { differing }) => sum + differing, 0),
    examples: parts.flatMap((part) =>
      part.examples.map((one) => JSON.stringify({ ...('rollup' in part ? { rollup: part.rollup } : {}), one })),
    ),
  };
}

interface Facts {
  tickets?: number;
  differing: number;
  examples: unknown[];
}

export interface Verified {
  tickets: number;
  cells: number;
  differing: number;
  examples: string[];
}

/** What the nightly and weekly verifications found in the days of trouble, which they would have mended. */
export async function foundByJobs(db: Db, { tenantId }: Tenant): Promise<number> {
  const [row] = await db.query<{ differing: number }>(sql`
    select coalesce(sum((counts ->> 'differing')::int), 0)::int as differing from ops.job_runs
    where tenant_id = ${tenantId} and job in ('verify', 'verify-all')`);
  return row!.differing;
}

/** How many rows there are in each state. */
export async function countBy(
  db: Db,
  { tenantId }: Tenant,
  table: 'job_runs' | 'webhook_events',
): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; rows: number }>(
    table === 'job_runs'
      ? sql`select state, count(*)::int as rows from ops.job_runs where tenant_id = ${tenantId} group by state`
      : sql`select state, count(*)::int as rows from ops.webhook_events where tenant_id = ${tenantId} group by state`,
  );
  return Object.fromEntries(rows.map(({ state, rows: count }) => [state, count]));
}
