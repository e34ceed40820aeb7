import { weekdayDate } from '../domain/cadence.ts';
import { formatDate } from '../domain/format.ts';
import { addDays } from '../domain/period.ts';
import { dateIn, isLeftOut, type Schedule, type Slot, slotOn } from './cadence.ts';

/** One line of what is to come: a time it is sent, or a day on which it is not. */
export interface NextTime {
  /** Local date. */
  date: string;
  /** Null where a holiday takes it away. */
  at: Temporal.Instant | null;
  /** `Mon 23 Nov 2026 08:30`, on the clocks of the schedule's zone. */
  when: string;
  /** What clocks and holidays do to it; empty on an ordinary day. */
  note: string;
}

/** As far as is looked for the next times, in days. */
const horizonDays = 4 * 366;

/**
 * The next `count` times after an instant, with the days between on which a holiday takes one away. `sentOn`: dates on
 * which it has been sent already, though the schedule was changed since: each date is sent once.
 */
export function nextTimes(
  schedule: Schedule,
  from: Temporal.Instant,
  count: number,
  sentOn: ReadonlySet<string> = new Set(),
): NextTime[] {
  const times: NextTime[] = [];
  const first = dateIn(schedule, from);
  let sent = 0;
  let offset = from.toZonedDateTimeISO(schedule.timezone).offsetNanoseconds;
  for (let days = -1; days <= horizonDays && sent < count; days++) {
    const date = addDays(first, days);
    const slot = slotOn(schedule, date);
    if (!slot) {
      if (date >= first && isLeftOut(schedule, date))
        times.push({ date, at: null, when: weekdayDate(date), note: `${holidayPhrase(schedule, date)}, not sent` });
      continue;
    }
    if (Temporal.Instant.compare(slot.at, from) <= 0) continue;
    if (sentOn.has(date)) {
      times.push({ date, at: null, when: weekdayDate(date), note: 'sent already on that day' });
      continue;
    }
    const zoned = slot.at.toZonedDateTimeISO(schedule.timezone);
    const notes = [
      ...clockNotes(schedule, slot, zoned, offset),
      ...(slot.movedFrom === undefined
        ? []
        : [`moved from ${formatDate(slot.movedFrom)} (${holidayPhrase(schedule, slot.movedFrom)})`]),
    ];
    offset = zoned.offsetNanoseconds;
    sent += 1;
    times.push({
      ...{ date, at: slot.at },
      when: `${weekdayDate(zoned.toPlainDate().toString())} ${wallTime(zoned)}`,
      note: notes.join('; '),
    });
  }
  return times;
}

/** `Mon 23 Nov 2026 08:30 · moved from 22 Nov (holiday)` */
export function nextTimeLine({ when, note }: NextTime): string {
  return note === '' ? when : `${when} · ${note}`;
}

function clockNotes({ at }: Schedule, { clocks }: Slot, zoned: Temporal.ZonedDateTime, offsetBefore: number): string[] {
  if (clocks === 'skipped') return [`clocks go forward: ${at} does not exist, sent ${wallTime(zoned)}`];
  if (clocks === 'repeated') return [`clocks go back: ${at} comes twice, sent the first time`];
  const moved = (zoned.offsetNanoseconds - offsetBefore) / 60e9;
  if (moved === 0) return [];
  const by = Math.abs(moved) % 60 === 0 ? `${Math.abs(moved) / 60} h` : `${Math.abs(moved)} min`;
  const utc = zoned.withTimeZone('UTC');
  return [`clocks have gone ${moved > 0 ? 'forward' : 'back'} ${by}, so it is ${wallTime(utc)} UTC from now on`];
}

function holidayPhrase({ holidayName }: Schedule, date: string): string {
  const name = holidayName?.(date);
  return name ? `holiday: ${name}` : 'holiday';
}

function wallTime(zoned: Temporal.ZonedDateTime): string {
  return zoned.toPlainTime().toString({ smallestUnit: 'minute' });
}
