import type { Tx } from '../db/db.ts';
import type { TenantZone } from './rollup.ts';

/**
 * What a KPI was believed to be at the end of a local day, for `as-of:DATE`: aggregates that are kept as they were, while
 * the records behind them change. Adding one is adding an entry to `snapshots`, and its table (tenant_id, day, ...) in a
 * migration.
 */
export interface Snapshot {
  readonly id: string;
  /** Its table, with `tenant_id` and `day` leading its primary key. */
  readonly table: string;
  /** How long its days are kept. */
  readonly keepDays: number;
  /**
   * Writes the rows of one local day and says how many: deletes the day's rows first, so that a second time changes
   * nothing else. `asOf` is the end of the day; facts dated later are left out. In the caller's transaction.
   */
  take(tx: Tx, tenant: TenantZone, day: string, asOf: Temporal.Instant): Promise<number>;
}

/** Every snapshot Crema keeps. */
export const snapshots: readonly Snapshot[] = [];
