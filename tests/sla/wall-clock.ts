import type { Calendar } from '../../src/sla/calendar.ts';

/**
 * What a zone's clock shows, minute by minute, read from ICU and not from Temporal: the oracles' only source of time.
 * `furthest` is the latest local minute shown so far, as that is what a person sees who opens at nine and closes at five.
 */
export interface WallMinute {
  readonly date: string;
  readonly weekday: string;
  readonly minuteOfDay: number;
}

export const minute = 60_000;

/** The clock from `from` (epoch milliseconds) on. Two days before are read to know what it had shown. */
export function wallClock(timezone: string, from: number, minutes: number): WallMinute[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  });
  const before = 2 * 1440;
  const shown: WallMinute[] = [];
  let furthest = '';
  let reading: WallMinute | undefined;
  for (let i = -before; i < minutes; i++) {
    // Such as "Sat, 12/26/2026, 00:00"; asking for the parts one by one takes many times as long.
    const read = /^(\w{3}), (\d\d)\/(\d\d)\/(\d{4}), (\d\d):(\d\d)$/.exec(format.format(from + i * minute));
    const [, weekday, month, day, year, hour, past] = read!;
    const date = `${year}-${month}-${day}`;
    const text = `${date} ${hour}:${past}`;
    if (!reading || text > furthest) {
      furthest = text;
      reading = { date, weekday: weekday!.toLowerCase(), minuteOfDay: Number(hour) * 60 + Number(past) };
    }
    if (i >= 0) shown.push(reading);
  }
  return shown;
}

/** Whether the calendar is open in each minute of a clock. */
export function openMinutes(calendar: Calendar, clock: readonly WallMinute[]): boolean[] {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const week = new Map(
    Object.entries(calendar.hours).map(([weekday, shifts]) => [
      weekday,
      shifts.map(({ from, to }) => ({ from: minutes(from), to: minutes(to) })),
    ]),
  );
  const holidays = new Set(calendar.holidays);
  const days = new Map(
    Object.entries(calendar.days ?? {}).map(([date, shifts]) => [
      date,
      shifts.map(({ from, to }) => ({ from: minutes(from), to: minutes(to) })),
    ]),
  );
  return clock.map(({ date, weekday, minuteOfDay }) => {
    if (holidays.has(date)) return false;
    return (
      (days.get(date) ?? week.get(weekday))?.some(({ from, to }) => from <= minuteOfDay && minuteOfDay < to) ?? false
    );
  });
}
