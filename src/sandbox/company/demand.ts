import type { Random } from './random.ts';

/** What was decided when the company was founded; the same founding gives the same tickets for a day, for ever. */
export interface Founding {
  seed: string;
  /** IANA zone of the office. */
  timezone: string;
  /** First local date: growth counts from here. */
  founded: string;
  /** Monday of the one week in which everything went wrong. */
  badWeek: string;
}

/** What a local day is like. */
export interface Day {
  date: Temporal.PlainDate;
  /** Days since the founding. */
  number: number;
  bad: boolean;
}

export function dayOf(founding: Founding, date: Temporal.PlainDate): Day {
  const number = Temporal.PlainDate.from(founding.founded).until(date, { largestUnit: 'days' }).days;
  const sinceBad = Temporal.PlainDate.from(founding.badWeek).until(date, { largestUnit: 'days' }).days;
  return { date, number, bad: sinceBad >= 0 && sinceBad < 7 };
}

/** A day's demand against a Tuesday-to-Thursday one, from Monday on. */
export const weekdayShare = [1.15, 1.05, 1, 0.98, 0.92, 0.24, 0.14] as const;

/** How many tickets come in on a day: 42 on a working day in the beginning, a fifth more each year. */
export function ticketCount(day: Day, random: Random): number {
  const growth = 1.2 ** (day.number / 365);
  const holiday =
    day.date.month === 12 && day.date.day >= 25 ? 0.45 : day.date.month === 1 && day.date.day === 1 ? 0.3 : 1;
  const mean = 42 * growth * weekdayShare[day.date.dayOfWeek - 1]! * holiday * (day.bad ? 1.45 : 1);
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
}

/** Share of a working day's tickets by local hour: the morning rush, lunch, the afternoon, a trickle in the evening. */
const hourShare = [1, 0.5, 0.3, 0.3, 0.5, 1, 3, 8, 18, 26, 27, 22, 14, 19, 23, 20, 16, 11, 8, 7, 6, 5, 3, 2] as const;
const hours = hourShare.map((share, hour) => [hour, share] as const);

/** Second of the local day at which a ticket comes in. */
export function arrivalSecond(random: Random): number {
  return random.weighted(hours) * 3600 + Math.floor(random.next() * 3600);
}
