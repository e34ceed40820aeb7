import { type Founding, weekdayShare } from './demand.ts';

/**
 * The made-up company with its size. Everything it ever does is a pure function of the founding, the size and a moment;
 * what is kept here are only the answers to questions of the calendar, which are asked a million times.
 */
export interface Company {
  founding: Founding;
  /** Contacts that exist or arrive within the first 18 months; two fifths of them were there at the founding. */
  contacts: number;
  /** Start of the company's first local day, epoch seconds. */
  start: number;
  /** Start of local day `day` (0 = the first), epoch seconds. */
  dayStart(day: number): number;
  /** The local day that holds an instant (epoch seconds); negative before the founding. */
  dayAt(at: number): number;
  /** The local date of a day. */
  dateOf(day: number): Temporal.PlainDate;
  /** 0 for Monday to 6 for Sunday. */
  weekday(day: number): number;
  /** Whether the day is in the one week in which everything went wrong. */
  isBad(day: number): boolean;
  /** A day's demand against an ordinary working day, by its weekday and the bad week. */
  demand(day: number): number;
}

/** Days over which `contacts` arrive: 18 months. */
export const sizeDays = 548;
export const daySeconds = 86_400;

export function createCompany(founding: Founding, contacts: number): Company {
  const founded = Temporal.PlainDate.from(founding.founded);
  const firstBadDay = founded.until(Temporal.PlainDate.from(founding.badWeek), { largestUnit: 'days' }).days;
  const starts = new Map<number, number>();
  const dateOf = (day: number) => founded.add({ days: day });
  const dayStart = (day: number) => {
    let known = starts.get(day);
    if (known === undefined) {
      known = dateOf(day).toZonedDateTime(founding.timezone).epochMilliseconds / 1000;
      starts.set(day, known);
    }
    return known;
  };
  const start = dayStart(0);
  const weekday = (day: number) => (((founded.dayOfWeek - 1 + day) % 7) + 7) % 7;
  const isBad = (day: number) => day >= firstBadDay && day < firstBadDay + 7;
  return {
    founding,
    contacts,
    start,
    dayStart,
    dayAt(at) {
      // Days have 24 hours but where clocks change: a guess, put right by at most one.
      let day = Math.floor((at - start) / daySeconds);
      while (dayStart(day) > at) day--;
      while (dayStart(day + 1) <= at) day++;
      return day;
    },
    dateOf,
    weekday,
    isBad,
    demand: (day) => weekdayShare[weekday(day)]! * (isBad(day) ? 1.45 : 1),
  };
}

const opensAt = 8 * 3600;
const closesAt = 18 * 3600;

/** When somebody is at work next, at `at` or later: Monday to Saturday, eight to six, local time. */
export function officeTime(company: Company, at: number): number {
  for (let day = company.dayAt(at); ; day++) {
    if (company.weekday(day) === 6) continue;
    const start = company.dayStart(day);
    if (at < start + closesAt) return Math.max(at, start + opensAt);
  }
}

/** RFC 3339 in UTC of epoch seconds, as the CRM writes times. */
export function isoTime(epochSeconds: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.round(epochSeconds * 1000)).toString();
}

/** The time where it has come already (`at` lies before `now`), else undefined: the future is hidden. */
export function happened(at: number | undefined, now: number): number | undefined {
  return at !== undefined && at < now ? at : undefined;
}
