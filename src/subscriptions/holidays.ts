import { createRequire } from 'node:module';
import type DateHolidays from 'date-holidays';

/** Days on which nothing is sent, by the name of the calendar they are of. */
export interface Holidays {
  /** False for a calendar that there is none of: rather sent on a holiday than never. */
  isHoliday(calendar: string, date: string): boolean;
  /** What it is called; undefined for a day that is none, and where it has no name. */
  holidayName(calendar: string, date: string): string | undefined;
  isCalendar(name: string): boolean;
}

/** Local dates with what they are called, empty where nobody says. */
type Dates = ReadonlyMap<string, string>;

/** `ID`, `DE-BY`: a country, and a part of it. */
const codes = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/;

/**
 * Holidays of a tenant's own calendars, and public ones by the code of a country (`ID`, `DE-BY`). The rules of the
 * countries are read when one is asked for, which takes a third of a second; each year of each is worked out once.
 */
export function createHolidays(own: () => Readonly<Record<string, Dates>>): Holidays {
  const countries = new Map<string, Country | undefined>();

  function countryOf(code: string): Country | undefined {
    if (!countries.has(code)) countries.set(code, openCountry(code));
    return countries.get(code);
  }

  function nameOf(calendar: string, date: string): string | undefined {
    const all = own();
    if (Object.hasOwn(all, calendar)) return all[calendar]?.get(date);
    return countryOf(calendar)
      ?.year(Number(date.slice(0, 4)))
      .get(date);
  }

  return {
    isHoliday: (calendar, date) => nameOf(calendar, date) !== undefined,
    holidayName: (calendar, date) => nameOf(calendar, date) || undefined,
    isCalendar: (name) => Object.hasOwn(own(), name) || countryOf(name) !== undefined,
  };
}

interface Country {
  year(year: number): Dates;
}

/** Undefined for a code that is none. */
function openCountry(code: string): Country | undefined {
  const [, country, region] = codes.exec(code) ?? [];
  if (country === undefined) return undefined;
  const rules = new (holidayRules())();
  if (!Object.hasOwn(rules.getCountries(), country)) return undefined;
  if (region !== undefined && !Object.hasOwn(rules.getStates(country) ?? {}, region)) return undefined;
  rules.init(country, region ?? '');
  const years = new Map<number, Dates>();
  return {
    year(year) {
      const known = years.get(year) ?? publicHolidays(rules, year);
      years.set(year, known);
      return known;
    },
  };
}

/** Whole days only: a day that is off from noon on is a working day. */
function publicHolidays(rules: DateHolidays, year: number): Dates {
  const dates = new Map<string, string>();
  for (const { date, type, name, start, end } of rules.getHolidays(year)) {
    // `2026-03-20 00:00:00 -0600` begins at sunset the evening before; the day it is of is the one that is written.
    const [day = '', time = ''] = date.split(' ');
    const days = Math.floor((end.getTime() - start.getTime()) / 86_400_000 + 0.1);
    if (type !== 'public' || time !== '00:00:00' || days < 1) continue;
    for (let more = 0; more < days; more++)
      dates.set(Temporal.PlainDate.from(day).add({ days: more }).toString(), name);
  }
  return dates;
}

let loaded: typeof DateHolidays | undefined;

function holidayRules(): typeof DateHolidays {
  loaded ??= createRequire(import.meta.url)('date-holidays') as typeof DateHolidays;
  return loaded;
}
