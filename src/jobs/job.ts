import type { Db, Queryable } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { SlaTerms } from '../facts/policies.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/**
 * What becomes of slots nobody was there for (an outage, a clock set forwards): `latest` starts the last one for all of
 * them, `all` starts each, in order, and `skipAfterMinutes` starts each that is not later than that.
 */
export type Misfire = 'latest' | 'all' | { readonly skipAfterMinutes: number };

/** The runs by hand, each with those before it: `crema aggregate daily` does what hourly does, and more. */
export const aggregateTypes = ['hourly', 'daily', 'weekly'] as const;
export type AggregateType = (typeof aggregateTypes)[number];

/** What a run is given. */
export interface JobContext {
  readonly db: Db;
  readonly tenant: Tenant;
  /** The tenant's SLA policies as they are now. */
  readonly terms: SlaTerms;
  /** Business time. */
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the process stops, the run takes too long, or another worker has taken it over: end soon, by throwing. */
  readonly signal: AbortSignal;
  /** The time the run is for: its slot's, or that of the call when run by hand. */
  readonly dueAt: Temporal.Instant;
  /** Jobs of `after` that were not done in time; it runs all the same. */
  readonly lacking: readonly string[];
  /**
   * To be called in a transaction before its effects: rejects when this run has been taken over, and otherwise keeps it
   * from being taken over until the transaction ends. So what it writes counts once, whatever dies when.
   */
  hold(tx: Queryable): Promise<void>;
}

/** What a run came to. */
export interface JobReport {
  /** Shown by `crema jobs`: `{buckets: 12}`. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Something a person should know although the run did its work. */
  readonly problem?: string;
}

/**
 * Work that the clock starts. Added to the list in index.ts, or given by app where it depends on the configuration.
 *
 * What `run` must guarantee: it may be started again from the beginning at any time, also while an earlier attempt that
 * was thought dead still works. So its effects are idempotent, or in transactions that `hold` first. It ends soon after
 * `signal` aborts, by throwing. It takes business time from `clock`, never from the server.
 */
export interface Job {
  /** Also the name of its schedule and of its queue; never changes. */
  readonly id: string;
  readonly title: string;
  /**
   * When it is due. `tenant` for what belongs to the local day. UTC for what runs several times a day: in a local zone
   * it would pause for the hour that clocks repeat.
   */
  readonly cadence: { readonly cron: string; readonly zone: 'tenant' | 'UTC' };
  readonly misfire: Misfire;
  /** Slots older than this are not looked at any more. */
  readonly catchUpMinutes: number;
  /** Including the first. */
  readonly maxAttempts: number;
  /** Longest attempt; it is aborted then and tried again. */
  readonly timeoutMinutes: number;
  /** A run that ends later than this after its slot was beyond its refresh SLA. */
  readonly refreshSlaMinutes: number;
  /** Jobs whose run of the same or a later slot has to be done first; after the deadline it runs without. */
  readonly after?: { readonly jobs: readonly string[]; readonly deadlineMinutes: number };
  /** The smallest run by hand it belongs to. */
  readonly aggregate?: AggregateType;
  /** Slug of the only tenant it is for; absent: every one. */
  readonly tenant?: string;
  run(context: JobContext): Promise<JobReport>;
}

/** Those of a tenant. */
export function jobsFor(jobs: readonly Job[], tenant: Tenant): readonly Job[] {
  return jobs.filter((job) => job.tenant === undefined || job.tenant === tenant.slug);
}
