import { z } from 'zod';
import { ticketPriorities, ticketStatuses } from '../domain/entities/support.ts';
import { readDuration } from './duration.ts';
import { readHolidays } from './holidays.ts';
import { readWeek } from './opening-hours.ts';
import { isMap, type Problem, settings, shown, unknown, written } from './settings.ts';
import { timezone } from './timezone.ts';

const metrics = ['first_response', 'next_response', 'resolution'] as const;
type MetricName = (typeof metrics)[number];
type Priority = (typeof ticketPriorities)[number];

/** The calendar that needs no configuring. */
export const aroundTheClock = '24x7';

const pausable = ticketStatuses.filter((status) => !['resolved', 'closed', 'cancelled'].includes(status));

const calendarSchema = settings({
  timezone: timezone.optional(),
  hours: written(readWeek),
  holidays: written(readHolidays).optional(),
});

const targetsSchema = written(readTargets).optional();

const versionSchema = settings({
  from: written(readFrom).optional(),
  reset: z.boolean().default(false),
  calendar: z.string().optional(),
  targets: settings({
    first_response: targetsSchema,
    next_response: targetsSchema,
    resolution: targetsSchema,
  }).default({}),
  pausing: written(readPausing).default({}),
});

const versionsSchema = z.array(versionSchema, { error: 'is a list of versions; begin each with "- "' }).default([]);

export const slaSchema = settings({
  calendars: z.record(z.string(), calendarSchema).default({}),
  policy: versionsSchema,
  accounts: z.record(z.string(), versionsSchema).default({}),
});

export type SlaConfig = z.output<typeof slaSchema>;
export type CalendarConfig = z.output<typeof calendarSchema>;
/** What a version says; what it leaves out is as before (see docs/decisions/sla.md). `null` takes a target away. */
export type VersionConfig = z.output<typeof versionSchema>;

/**
 * The instant a version holds from, in epoch milliseconds: a date is its first moment in the zone of the calendar that
 * the version names, or the tenant's where it names none. -Infinity for one that has always held.
 */
export function versionStart(
  version: { from?: string | undefined; calendar?: string | undefined },
  calendars: Readonly<Record<string, { timezone?: string | undefined }>>,
  tenantZone: string,
): number {
  if (version.from === undefined) return Number.NEGATIVE_INFINITY;
  if (version.from.includes('T')) return Temporal.Instant.from(version.from).epochMilliseconds;
  const named = version.calendar === undefined ? undefined : calendars[version.calendar];
  return Temporal.PlainDate.from(version.from).toZonedDateTime(named?.timezone ?? tenantZone).epochMilliseconds;
}

/**
 * What only shows when the parts are seen together: calendars that are not there, versions that begin at one instant.
 * Runs on what could be read although other things are wrong, so everything may be missing.
 */
export function checkSla(sla: unknown, tenantZone: unknown, problem: Problem): void {
  if (!isMap(sla)) return;
  const calendars = isMap(sla.calendars) ? sla.calendars : {};
  if (aroundTheClock in calendars)
    problem(`${aroundTheClock} is built in; give yours another name`, 'calendars', aroundTheClock);
  const known = [...Object.keys(calendars), aroundTheClock];
  const check = (versions: unknown, ...path: string[]) => {
    if (!Array.isArray(versions)) return;
    const starts = new Map<number, string>();
    for (const [index, version] of versions.entries()) {
      if (!isMap(version)) continue;
      const at: Problem = (message, ...below) => problem(message, ...path, String(index), ...below);
      const { calendar } = version;
      if (typeof calendar === 'string' && !known.includes(calendar))
        at(`${unknown(calendar, 'calendar', known)}`, 'calendar');
      const start = startOf(version, calendars, tenantZone);
      if (start === undefined) continue;
      const other = starts.get(start);
      if (other !== undefined)
        at(`${sayStart(version)}, as version ${other} does; versions are counted from 0`, 'from');
      starts.set(start, String(index));
    }
  };
  check(sla.policy, 'policy');
  if (isMap(sla.accounts))
    for (const [account, versions] of Object.entries(sla.accounts)) check(versions, 'accounts', account);
}

function sayStart({ from }: Record<string, unknown>): string {
  return from === undefined ? 'has no from and holds always' : `holds from ${String(from)}`;
}

/** Undefined where it cannot be told because of another problem. */
function startOf(
  version: Record<string, unknown>,
  calendars: Record<string, unknown>,
  tenantZone: unknown,
): number | undefined {
  try {
    return versionStart(version, calendars as Record<string, { timezone?: string }>, tenantZone as string);
  } catch {
    return undefined;
  }
}

/** A date, or an instant with its offset. */
function readFrom(value: unknown, problem: Problem): string {
  const text = typeof value === 'string' ? value.trim() : '';
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString();
    if (text.includes('T')) return Temporal.Instant.from(text).toString();
  } catch {
    // Told below.
  }
  problem(`${shown(value)} is no beginning; write a date such as 2026-03-01, or an instant such as 2026-03-01T09:00Z`);
  return '';
}

/** Seconds by priority; `none`, for one priority or for all, takes targets away. */
function readTargets(value: unknown, problem: Problem): Partial<Record<Priority, number | null>> {
  const targets: Partial<Record<Priority, number | null>> = {};
  if (value === 'none') return { critical: null, high: null, medium: null, low: null };
  if (!isMap(value)) {
    problem(
      `${shown(value)} are no targets; write durations by priority such as {critical: 30 min, high: 2 h}, or none`,
    );
    return targets;
  }
  for (const [name, said] of Object.entries(value)) {
    const priority = ticketPriorities.find((one) => one === name);
    if (!priority) {
      problem(unknown(name, 'priority', ticketPriorities), name);
      continue;
    }
    const seconds = said === 'none' ? null : readDuration(said, (message) => problem(message, name));
    if (seconds !== undefined) targets[priority] = seconds;
  }
  return targets;
}

/** Statuses by metric; one list is meant for all of them. */
function readPausing(value: unknown, problem: Problem): Partial<Record<MetricName, string[]>> {
  if (Array.isArray(value)) {
    const statuses = readStatuses(value, problem);
    return { first_response: statuses, next_response: statuses, resolution: statuses };
  }
  if (!isMap(value)) {
    problem(`${shown(value)} are no statuses; write a list such as [pending], or a list for each metric`);
    return {};
  }
  const pausing: Partial<Record<MetricName, string[]>> = {};
  for (const [name, said] of Object.entries(value)) {
    const at: Problem = (message, ...path) => problem(message, name, ...path);
    const metric = metrics.find((one) => one === name);
    if (!metric) at(unknown(name, 'metric', metrics));
    else if (Array.isArray(said)) pausing[metric] = readStatuses(said, at);
    else at(`${shown(said)} is no list of statuses; write [pending], or [] for none`);
  }
  return pausing;
}

function readStatuses(values: unknown[], problem: Problem): string[] {
  for (const [index, value] of values.entries()) {
    const text = typeof value === 'string' ? value : shown(value);
    if (pausable.some((status) => status === text)) continue;
    const ends = ticketStatuses.some((status) => status === text);
    problem(
      ends
        ? `${text} ends the ticket, and every clock with it; leave it out`
        : unknown(text, 'status that pauses', pausable),
      String(index),
    );
  }
  return values.map(String);
}
