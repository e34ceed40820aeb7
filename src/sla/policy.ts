import { ticketPriorities } from '../domain/entities/support.ts';
import { usageError } from '../lib/errors.ts';
import { always, type Calendar } from './calendar.ts';
import { type OpenTime, openTime } from './open-time.ts';

/** What an SLA promises a time for. */
export const metrics = ['firstResponse', 'nextResponse', 'resolution'] as const;
export type Metric = (typeof metrics)[number];

export type Priority = (typeof ticketPriorities)[number];

/** A policy as it is agreed from an instant on. */
export interface PolicyVersion {
  /** Epoch milliseconds; -Infinity for a version that has always held. */
  readonly validFrom: number;
  readonly calendar: Calendar;
  /** Seconds of open time per priority. A priority without a target is not measured. */
  readonly targets: Readonly<Partial<Record<Metric, Readonly<Partial<Record<Priority, number>>>>>>;
  /** Statuses that stop the metric's clock: somebody else's turn. */
  readonly pausing: Readonly<Partial<Record<Metric, readonly string[]>>>;
}

/** Versions in any order. */
export interface Policies {
  readonly standard: readonly PolicyVersion[];
  /** By account id: hold from their first version on, before it the standard ones. */
  readonly accounts?: Readonly<Record<string, readonly PolicyVersion[]>>;
}

const hour = 3600;

/** What holds when nothing is configured. Pending is the customer's turn; on hold is still ours. */
export const defaultPolicies: Policies = {
  standard: [
    {
      validFrom: Number.NEGATIVE_INFINITY,
      calendar: always,
      targets: {
        firstResponse: { critical: hour, high: 2 * hour, medium: 4 * hour, low: 8 * hour },
        resolution: { critical: 4 * hour, high: 24 * hour, medium: 72 * hour, low: 120 * hour },
      },
      pausing: { resolution: ['pending'] },
    },
  ],
};

/** A policy version made fast. */
export interface Terms {
  readonly validFrom: number;
  readonly openTime: OpenTime;
  /** Milliseconds of open time by priority. */
  readonly targets: Readonly<Record<Metric, ReadonlyMap<string, number>>>;
  readonly pausing: Readonly<Record<Metric, ReadonlySet<string>>>;
}

/** The terms of an account over time, ascending by `validFrom`; nothing is in force before the first. */
export type TermsTimeline = readonly Terms[];

/** Timelines of all accounts. */
export interface CompiledPolicies {
  timeline(account: string | null): TermsTimeline;
  /** Every timeline there is, the standard one first. */
  readonly timelines: readonly TermsTimeline[];
}

/** Checks policies and expands them to timelines. Throws a usage error for a wrong calendar, target or instant. */
export function compilePolicies(policies: Policies): CompiledPolicies {
  const calendars = new Map<Calendar, OpenTime>();
  const compile = (versions: readonly PolicyVersion[], owner: string): Terms[] => {
    const terms = versions.map((version) => compileVersion(version, owner, calendars));
    terms.sort((a, b) => a.validFrom - b.validFrom);
    if (terms.some((term, i) => term.validFrom === terms[i + 1]?.validFrom))
      throw usageError('policy', `The ${owner} has two versions valid from the same instant.`);
    return terms;
  };
  const standard = compile(policies.standard, 'standard policy');
  const accounts = new Map(
    Object.entries(policies.accounts ?? {}).map(([account, versions]) => {
      const own = compile(versions, `policy of account ${account}`);
      const first = own[0]?.validFrom ?? Number.POSITIVE_INFINITY;
      return [account, [...standard.filter((terms) => terms.validFrom < first), ...own]];
    }),
  );
  return {
    timeline: (account) => (account === null ? undefined : accounts.get(account)) ?? standard,
    timelines: [standard, ...accounts.values()],
  };
}

const dayMs = 86_400_000;
/** How far back terms and the rhythm of their calendars are looked at: four weeks show every weekday and most holidays. */
const recentDays = 28;

/**
 * In how many whole days after its creation a ticket that is not paused is decided at the latest, whenever in the last 28
 * days before `now` (epoch milliseconds) it came, by any of the terms then in force: targets of all accounts and
 * priorities. A cohort of days is immature for that long. 0 where nothing is promised; a target that never comes due
 * has no part in it.
 */
export function longestTargetDays(policies: CompiledPolicies, of: readonly Metric[], now: number): number {
  const since = now - recentDays * dayMs;
  let longest = 0;
  for (const timeline of policies.timelines) {
    for (const [index, { validFrom, openTime, targets }] of timeline.entries()) {
      if (validFrom > now || (timeline[index + 1]?.validFrom ?? now) <= since) continue;
      // The time until a target is longest from a closing on: it falls while closed, and while open it only rises.
      const starts = [since, ...openTime.closings(since, now), now];
      for (const duration of new Set(of.flatMap((metric) => [...targets[metric].values()])))
        for (const start of starts) longest = Math.max(longest, (openTime.after(start, duration) ?? start) - start);
    }
  }
  return Math.ceil(longest / dayMs);
}

function compileVersion(version: PolicyVersion, owner: string, calendars: Map<Calendar, OpenTime>): Terms {
  const { validFrom, calendar } = version;
  if (Number.isNaN(validFrom) || validFrom === Number.POSITIVE_INFINITY)
    throw usageError('policy', `A version of the ${owner} has no instant it is valid from.`);
  const open = calendars.get(calendar) ?? openTime(calendar);
  calendars.set(calendar, open);
  return {
    validFrom,
    openTime: open,
    targets: perMetric((metric) => targetsOf(version, metric, owner)),
    pausing: perMetric((metric) => new Set(version.pausing[metric])),
  };
}

function targetsOf(version: PolicyVersion, metric: Metric, owner: string): Map<string, number> {
  const targets = new Map<string, number>();
  for (const priority of ticketPriorities) {
    const seconds = version.targets[metric]?.[priority];
    if (seconds === undefined) continue;
    if (!Number.isInteger(seconds) || seconds <= 0)
      throw usageError('policy', `The ${owner} has a target that is no whole number of seconds above 0: ${seconds}.`);
    targets.set(priority, seconds * 1000);
  }
  return targets;
}

function perMetric<T>(of: (metric: Metric) => T): Record<Metric, T> {
  return { firstResponse: of('firstResponse'), nextResponse: of('nextResponse'), resolution: of('resolution') };
}
