import sql, { empty, raw } from 'sql-template-tag';
import { snapshots } from '../../rollups/snapshots.ts';
import type { Job } from '../job.ts';

/** What is deleted when it is older than so many days: `at` is its timestamp or date column. */
interface Rule {
  readonly table: string;
  readonly at: string;
  readonly keepDays: number;
  /** Only rows of which this holds, as SQL. */
  readonly when?: string;
}

/** Rows of Crema's own state; records of the CRM are never deleted by age. */
const rules: readonly Rule[] = [
  { table: 'ops.requests', at: 'received_at', keepDays: 7 },
  // Longer than any catch-up window, and than a clock is set back: a slot whose row is gone could be started again.
  { table: 'ops.schedule_runs', at: 'due_at', keepDays: 90 },
  { table: 'ops.job_runs', at: 'due_at', keepDays: 90, when: "state in ('done', 'failed')" },
  // Longer than a year: last year's report can still be checked against this year's.
  { table: 'ops.receipts', at: 'answered_at', keepDays: 400 },
  // As long as their receipts: what was delivered can be fetched again byte for byte.
  {
    table: 'ops.deliveries',
    at: 'settled_at',
    keepDays: 400,
    when: "state in ('sent', 'failed', 'skipped', 'unknown')",
  },
  { table: 'ops.restatements', at: 'found_at', keepDays: 400 },
  {
    table: 'ops.edition_files',
    at: '(select e.made_at from ops.editions e where e.tenant_id = ops.edition_files.tenant_id and e.edition_id = ops.edition_files.edition_id)',
    keepDays: 35,
  },
  { table: 'ops.editions', at: 'made_at', keepDays: 400 },
  {
    table: 'ops.artifacts',
    at: 'created_at',
    keepDays: 400,
    when: `not exists (
      select from ops.deliveries d, jsonb_array_elements(d.letter -> 'files') file
      where d.tenant_id = ops.artifacts.tenant_id and file ->> 'hash' = ops.artifacts.hash)`,
  },
  // What watched things were and when; of those that are over only the number of the episode still matters, as long as an
  // incident that told of them is open.
  {
    table: 'ops.alert_instances',
    at: 'resolved_at',
    keepDays: 35,
    when: `state = 'resolved' and not exists (
      select from ops.alert_incidents i
      where i.tenant_id = ops.alert_instances.tenant_id and i.rule_id = ops.alert_instances.rule_id and i.state <> 'resolved')`,
  },
  // With their history, messages and opinions, which go first. The latest one stays: numbers are never given twice.
  ...['ops.alert_history', 'ops.alert_posts', 'ops.alert_opinions'].map((table) => ({
    table,
    at: `(select i.resolved_at from ops.alert_incidents i where i.tenant_id = ${table}.tenant_id and i.incident_id = ${table}.incident_id)`,
    keepDays: 400,
  })),
  {
    table: 'ops.alert_incidents',
    at: 'resolved_at',
    keepDays: 400,
    when: `state = 'resolved' and incident_id < (
      select max(i.incident_id) from ops.alert_incidents i where i.tenant_id = ops.alert_incidents.tenant_id)`,
  },
  { table: 'ops.alert_silences', at: 'until_at', keepDays: 400 },
  // What was told of findings that are long gone; `last_slot` is a local date.
  { table: 'ops.findings', at: 'last_slot::date', keepDays: 90 },
  ...snapshots.map(({ table, keepDays }) => ({ table, at: 'day', keepDays })),
];

export const retention: Job = {
  id: 'retention',
  title: 'Deletes requests, slots, runs, alerts and snapshots that are older than they are kept',
  cadence: { cron: '15 4 * * *', zone: 'tenant' },
  misfire: 'latest',
  catchUpMinutes: 7 * 24 * 60,
  maxAttempts: 3,
  timeoutMinutes: 60,
  refreshSlaMinutes: 24 * 60,
  aggregate: 'daily',
  async run({ db, tenant, clock, signal }) {
    let deleted = 0;
    for (const { table, at, keepDays, when } of rules) {
      signal.throwIfAborted();
      const before = clock.now().subtract({ hours: 24 * keepDays });
      deleted += await db.run(sql`
        delete from ${raw(table)}
        where tenant_id = ${tenant.tenantId} and ${raw(at)} < ${before.toString()}::timestamptz
          ${when ? sql`and ${raw(when)}` : empty}`);
    }
    return { counts: { deleted } };
  },
};
