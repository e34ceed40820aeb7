import type { Tx } from '../db/db.ts';
import { funnelSnapshot } from './funnel-snapshot.ts';
import { pipelineSnapshot } from './pipeline-snapshot.ts';
import type { TenantZone } from './rollup.ts';

/**
 * What a KPI was believed to be at the end of a local day, for `as-of:DATE`: aggregates that are kept as they were, while
 * the records behind them change. Adding one is adding an entry to `snapshots`, and its table (tenant_id, day, ...) in a
 * migration.
 */
export interface Snapshot {
  readonly id: string;
  /** Its table, with `tenant_id` and `day` leading its primary key: the last day on which a row was so. */
  readonly table: string;
  /** How long its days are kept. */
  readonly keepDays: number;
  /**
   * Writes what is believed at the end of one local day and says how many rows that are. `asOf` is the end of the day; facts
   * dated later are left out. A day is taken once: a second time, and after a later day, nothing happens. In the caller's
   * transaction.
   */
  take(tx: Tx, tenant: TenantZone, day: string, asOf: Temporal.Instant): Promise<number>;
}

/** Every snapshot Crema keeps. */
export const snapshots: readonly Snapshot[] = [pipelineSnapshot, funnelSnapshot];
