import { formatDate } from '../domain/format.ts';
import type { ChartAxis } from './spec.ts';

type TimeAxis = Exclude<ChartAxis, 'category'>;

/** The label of a tick, a second line below it where a year or a day begins. */
export type TickLabel = string | [string, string];

/** Steps between ticks that people count in; the ticks of a step begin where the calendar does. */
const steps: Record<TimeAxis, number[]> = {
  hour: [1, 2, 3, 6, 12, 24, 48, 96, 168],
  day: [1, 2, 3, 7, 14, 28, 56, 91, 182, 364],
  week: [1, 2, 4, 8, 13, 26, 52],
  month: [1, 2, 3, 6, 12, 24, 60, 120],
};

/**
 * Which of the dates `labels` carry a tick, by index: at most `room` of them, evenly spaced by a step of the calendar.
 * Months and hours are counted from January and midnight, days and weeks back from the last one, so that the newest date
 * is always named.
 */
export function timeTicks(
  labels: readonly string[],
  axis: TimeAxis,
  room: number,
  locale: string,
): Map<number, TickLabel> {
  const times = labels.map((label) => Temporal.PlainDateTime.from(label));
  const last = labels.length - 1;
  const at = chooseTicks(times, axis, Math.max(2, room));
  const years = times.length > 0 && times[0]!.year !== times[last]!.year;
  const ticks = new Map<number, TickLabel>();
  let before: Temporal.PlainDateTime | undefined;
  for (const index of at) {
    const time = times[index]!;
    ticks.set(index, tickLabel(time, before, axis, years, locale));
    before = time;
  }
  return ticks;
}

function chooseTicks(times: Temporal.PlainDateTime[], axis: TimeAxis, room: number): number[] {
  for (const step of steps[axis]) {
    const chosen = times.flatMap((time, index) => (isTick(time, index, times.length, axis, step) ? [index] : []));
    if (chosen.length <= room && chosen.length > 0) return chosen;
  }
  const stride = Math.ceil(times.length / room);
  return times.flatMap((_, index) => ((times.length - 1 - index) % stride === 0 ? [index] : []));
}

function isTick(time: Temporal.PlainDateTime, index: number, count: number, axis: TimeAxis, step: number): boolean {
  if (axis === 'hour' && step <= 24) return time.hour % step === 0;
  if (axis === 'month') return (time.year * 12 + time.month - 1) % step === 0;
  return (count - 1 - index) % step === 0;
}

function tickLabel(
  time: Temporal.PlainDateTime,
  before: Temporal.PlainDateTime | undefined,
  axis: TimeAxis,
  years: boolean,
  locale: string,
): TickLabel {
  const date = time.toPlainDate().toString();
  if (axis === 'hour') {
    const clock = `${String(time.hour).padStart(2, '0')}:00`;
    const newDay = !before?.toPlainDate().equals(time.toPlainDate());
    return newDay ? [clock, formatDate(date, { locale })] : clock;
  }
  const text = axis === 'month' ? time.toLocaleString(locale, { month: 'short' }) : formatDate(date, { locale });
  const newYear = years && before?.year !== time.year;
  return newYear ? [text, String(time.year)] : text;
}
