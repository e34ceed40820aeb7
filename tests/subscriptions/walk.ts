import type { Cadence } from '../../src/domain/cadence.ts';

/** The first instant at which clocks on the wall show a time on a date, found by looking at every minute. */
export type Shown = ReadonlyMap<string, Temporal.Instant>;

/**
 * Walks every minute of a span and notes when the clocks of a zone first show each of `times`. What is jumped over when they
 * go forward is noted as much later as they jump.
 */
export function walkClocks(zone: string, from: string, to: string, times: readonly string[]): Map<string, Shown> {
  const wanted = new Map(times.map((time) => [Number(time.slice(0, 2)) * 60 + Number(time.slice(3)), time]));
  const shown = new Map(times.map((time) => [time, new Map<string, Temporal.Instant>()]));
  const note = (time: string, date: string, minute: number) => {
    const dates = shown.get(time)!;
    if (!dates.has(date)) dates.set(date, Temporal.Instant.fromEpochMilliseconds(minute * 60_000));
  };
  const first = Temporal.Instant.from(from).epochMilliseconds / 60_000;
  const last = Temporal.Instant.from(to).epochMilliseconds / 60_000;
  let before: number | undefined;
  for (let minute = first; minute <= last; minute++) {
    const at = Temporal.Instant.fromEpochMilliseconds(minute * 60_000);
    const local = minute + at.toZonedDateTimeISO(zone).offsetNanoseconds / 60e9;
    for (let passed = (before ?? local - 1) + 1; passed <= local; passed++) {
      const time = wanted.get(((passed % 1440) + 1440) % 1440);
      // Jumped over at `passed`: it would have been shown so many minutes after the jump.
      if (time !== undefined)
        note(time, dateOfMinute(passed), passed === local ? minute : minute + (passed - (before! + 1)));
    }
    before = local;
  }
  return shown;
}

function dateOfMinute(local: number): string {
  return Temporal.Instant.fromEpochMilliseconds(local * 60_000)
    .toString()
    .slice(0, 10);
}

/** The dates of a cadence, found by going forward from each day it falls on to one that is no holiday. */
export function datesByRule(
  cadence: Cadence,
  from: string,
  to: string,
  isHoliday: (date: string) => boolean,
): Map<string, string> {
  const dates = new Map<string, string>();
  const next = (date: string, days: number) => Temporal.PlainDate.from(date).add({ days }).toString();
  for (let date = next(from, -40); date <= next(to, 40); date = next(date, 1)) {
    const plain = Temporal.PlainDate.from(date);
    const isLast = plain.day === plain.daysInMonth;
    const falls =
      cadence.kind === 'daily' ||
      (cadence.kind === 'weekdays' && plain.dayOfWeek !== 6 && plain.dayOfWeek !== 7) ||
      (cadence.kind === 'weekly' && plain.dayOfWeek === cadence.day) ||
      (cadence.kind === 'monthly' && (plain.day === cadence.day || (isLast && cadence.day > plain.day)));
    if (!falls) continue;
    const patience = { daily: 0, weekdays: 0, weekly: 6, monthly: 27 }[cadence.kind];
    for (let days = 0; days <= patience; days++) {
      const candidate = next(date, days);
      if (isHoliday(candidate)) continue;
      if (candidate >= from && candidate <= to) dates.set(candidate, date);
      break;
    }
  }
  return dates;
}

export const zones = ['Asia/Kolkata', 'America/New_York', 'America/Santiago', 'Europe/Berlin', 'Australia/Lord_Howe'];
export const times = ['00:00', '00:30', '01:45', '02:00', '02:30', '08:30', '23:45'];

const someHolidays = new Set([
  '2026-01-01',
  '2026-03-30',
  '2026-03-31',
  '2026-04-03',
  '2026-04-06',
  '2026-11-02',
  '2026-12-25',
  '2027-03-01',
]);

/** Single days, a long weekend, and a company that closes for two weeks. */
export function closed(date: string): boolean {
  return someHolidays.has(date) || (date >= '2026-12-24' && date <= '2027-01-08');
}

export const cadences: readonly Cadence[] = [
  { kind: 'daily' },
  { kind: 'weekdays' },
  { kind: 'weekly', day: 1 },
  { kind: 'weekly', day: 5 },
  { kind: 'weekly', day: 7 },
  { kind: 'monthly', day: 1 },
  { kind: 'monthly', day: 15 },
  { kind: 'monthly', day: 30 },
  { kind: 'monthly', day: 31 },
];
