import { usageError } from '../lib/errors.ts';

/**
 * When a team works: weekly hours on the wall clock of a zone, but for holidays and days with hours of their own. A change
 * of hours is a new calendar (of a new policy version), never an edit of one that cases were measured by.
 */
export interface Calendar {
  /** IANA zone whose wall clock the hours are read from. */
  readonly timezone: string;
  /** Shifts of each weekday; a weekday without any is closed. */
  readonly hours: Readonly<Partial<Record<Weekday, readonly Shift[]>>>;
  /** Local dates (`2026-12-25`) closed all day. */
  readonly holidays?: readonly string[];
  /** Shifts by local date, in place of those of its weekday: half days, or a Saturday that is worked. */
  readonly days?: Readonly<Record<string, readonly Shift[]>>;
}

/** ISO order: Monday is weekday 1. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** `HH:mm` to `HH:mm` of one day, the end not included; `24:00` is the end of the day. */
export interface Shift {
  readonly from: string;
  readonly to: string;
}

/** A shift in minutes since 00:00 of the wall clock, 0 to 1440. */
export interface ShiftMinutes {
  readonly from: number;
  readonly to: number;
}

export const minutesPerDay = 1440;

const allDay: readonly Shift[] = [{ from: '00:00', to: '24:00' }];

/** Open at every moment; the zone then does not matter. */
export const always: Calendar = {
  timezone: 'UTC',
  hours: { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay },
};

/** The calendar's parts, checked and in numbers. */
export interface CheckedCalendar {
  readonly timezone: string;
  /** Of Monday to Sunday, in order of the day, touching shifts joined. */
  readonly week: readonly (readonly ShiftMinutes[])[];
  /** By date, where it is not as its weekday; a holiday has none. */
  readonly dates: ReadonlyMap<string, readonly ShiftMinutes[]>;
}

/**
 * Reads and checks a calendar. Throws a usage error for an unknown zone, a time that is none, a shift that ends before it
 * begins, shifts that overlap, a date that is none, or one that is both a holiday and a day with hours.
 */
export function checkCalendar(calendar: Calendar): CheckedCalendar {
  checkZone(calendar.timezone);
  const dates = new Map<string, readonly ShiftMinutes[]>();
  for (const holiday of calendar.holidays ?? []) dates.set(checkDate(holiday), []);
  for (const [day, shifts] of Object.entries(calendar.days ?? {})) {
    const date = checkDate(day);
    if (dates.has(date)) throw usageError('calendar', `${date} is a holiday and has hours of its own.`);
    dates.set(date, joinShifts(date, shifts));
  }
  return {
    timezone: calendar.timezone,
    week: weekdays.map((weekday) => joinShifts(weekday, calendar.hours[weekday] ?? [])),
    dates,
  };
}

function checkZone(timezone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone);
  } catch {
    throw usageError('calendar', `"${timezone}" is not a time zone.`, 'Use an IANA name such as Europe/Berlin.');
  }
}

function checkDate(text: string): string {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString();
  } catch {
    throw usageError('calendar', `The day "${text}" is not a date.`, 'Write days as 2026-12-25.');
  }
}

function joinShifts(day: string, shifts: readonly Shift[]): ShiftMinutes[] {
  const sorted = shifts
    .map(({ from, to }) => ({ from: minutesOf(from), to: minutesOf(to) }))
    .sort((a, b) => a.from - b.from);
  const joined: ShiftMinutes[] = [];
  for (const shift of sorted) {
    if (shift.to <= shift.from)
      throw usageError(
        'calendar',
        `A shift on ${day} ends before it begins.`,
        'A shift past midnight is two: until 24:00, and from 00:00 on the next day.',
      );
    const last = joined.at(-1);
    if (last && shift.from < last.to) throw usageError('calendar', `Shifts on ${day} overlap.`);
    if (last && shift.from === last.to) joined[joined.length - 1] = { from: last.from, to: shift.to };
    else joined.push(shift);
  }
  return joined;
}

function minutesOf(text: string): number {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (!(minutes <= minutesPerDay) || Number(match?.[2]) > 59)
    throw usageError(
      'calendar',
      `"${text}" is not a time of day.`,
      'Write times as 09:00, the end of the day as 24:00.',
    );
  return minutes;
}
