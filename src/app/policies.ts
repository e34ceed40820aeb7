import type { Config } from '../config/config.ts';
import {
  aroundTheClock,
  type CalendarConfig,
  type SlaConfig,
  type VersionConfig,
  versionStart,
} from '../config/sla.ts';
import { always, type Calendar } from '../sla/calendar.ts';
import { defaultPolicies, type Metric, type Policies, type PolicyVersion } from '../sla/policy.ts';

/** What holds where nothing is said. */
const builtIn = defaultPolicies.standard[0]!;

const settingOf = {
  firstResponse: 'first_response',
  nextResponse: 'next_response',
  resolution: 'resolution',
} as const satisfies Record<Metric, keyof VersionConfig['targets']>;

/** A version that knows its instant. */
interface Dated {
  from: number;
  version: VersionConfig;
}

/**
 * The SLA policies a tenant's configuration means; the built-in ones where it says nothing of them. What a version leaves
 * out is as before: in the versions above it, then, for an account, in the standard policy of the time, then built in.
 */
export function policiesOf(config: Config, tenantSlug: string): Policies {
  const tenant = config.tenants[tenantSlug];
  if (!tenant?.sla) return defaultPolicies;
  const { sla, timezone } = tenant;
  const calendars = calendarsOf(config, tenantSlug);
  const dated = (versions: readonly VersionConfig[]): Dated[] => inOrder(versions, sla, timezone);

  const own = dated(sla.policy);
  const standard = own.length === 0 ? [builtIn] : own.map(({ from }) => overlay(builtIn, own, from, calendars));
  const accounts = Object.entries(sla.accounts).flatMap(([account, versions]) => {
    const theirs = dated(versions);
    const first = theirs[0];
    if (!first) return [];
    // A new standard version is a new version of theirs too: it changes what theirs leave out.
    const starts = new Set([...theirs, ...own].map(({ from }) => from).filter((from) => from >= first.from));
    const base = (at: number) => standard.findLast(({ validFrom }) => validFrom <= at) ?? builtIn;
    return [[account, [...starts].sort(ascending).map((at) => overlay(base(at), theirs, at, calendars))] as const];
  });
  return { standard, accounts: Object.fromEntries(accounts) };
}

/** A tenant's calendars by name, and the one that is always open. */
export function calendarsOf(config: Config, tenantSlug: string): Map<string, Calendar> {
  const calendars = new Map<string, Calendar>([[aroundTheClock, always]]);
  const tenant = config.tenants[tenantSlug];
  for (const [name, calendar] of Object.entries(tenant?.sla?.calendars ?? {}))
    calendars.set(name, calendarOf(calendar, tenant!.timezone));
  return calendars;
}

function inOrder(versions: readonly VersionConfig[], sla: SlaConfig, timezone: string): Dated[] {
  return versions
    .map((version) => ({ from: versionStart(version, sla.calendars, timezone), version }))
    .sort((a, b) => ascending(a.from, b.from));
}

function ascending(a: number, b: number): number {
  return a < b ? -1 : 1;
}

/** What holds at an instant: what the versions until then say, the later ones first, on top of a base. */
function overlay(
  base: PolicyVersion,
  versions: readonly Dated[],
  at: number,
  calendars: ReadonlyMap<string, Calendar>,
): PolicyVersion {
  const until = versions.filter(({ from }) => from <= at).map(({ version }) => version);
  const since = until.slice(
    Math.max(
      0,
      until.findLastIndex(({ reset }) => reset),
    ),
  );
  return { ...since.reduce((before, version) => amend(before, version, calendars), base), validFrom: at };
}

function amend(
  before: PolicyVersion,
  { calendar, targets, pausing }: VersionConfig,
  calendars: ReadonlyMap<string, Calendar>,
): PolicyVersion {
  return {
    ...before,
    ...(calendar !== undefined && { calendar: calendars.get(calendar)! }),
    targets: perMetric((metric) => withoutNone({ ...before.targets[metric], ...targets[settingOf[metric]] })),
    pausing: perMetric((metric) => pausing[settingOf[metric]] ?? before.pausing[metric] ?? []),
  };
}

function perMetric<T>(of: (metric: Metric) => T): Record<Metric, T> {
  return { firstResponse: of('firstResponse'), nextResponse: of('nextResponse'), resolution: of('resolution') };
}

function withoutNone(targets: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(Object.entries(targets).filter((entry): entry is [string, number] => entry[1] !== null));
}

function calendarOf({ timezone, hours, holidays = {} }: CalendarConfig, tenantZone: string): Calendar {
  const dates = Object.entries(holidays);
  return {
    timezone: timezone ?? tenantZone,
    hours,
    holidays: dates.flatMap(([date, { shifts }]) => (shifts.length === 0 ? [date] : [])),
    days: Object.fromEntries(dates.flatMap(([date, { shifts }]) => (shifts.length > 0 ? [[date, shifts]] : []))),
  };
}
