import type { PastEpisode } from '../../alerts/kinds/room.ts';
import { formatDate } from '../../domain/format.ts';
import { addDays, daysBetween, startOfDay } from '../../domain/period.ts';

/** A day on which nothing fired, something did for a part of it, or for all of it. */
const marks = { none: '·', part: '▄', whole: '█' } as const;

/**
 * One character a local day, with the dates of both ends below: what fired on which days is seen at a glance. Pure.
 */
export function timeline(
  episodes: readonly Pick<PastEpisode, 'from' | 'to'>[],
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
  timezone: string,
): string[] {
  const dateOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(timezone).toPlainDate().toString();
  const first = dateOf(from);
  const last = dateOf(to.subtract({ nanoseconds: 1 }));
  const days = Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));
  const drawn = days.map((day) => {
    const start = startOfDay(day, timezone);
    const end = startOfDay(addDays(day, 1), timezone);
    const length = start.until(end).total('seconds');
    const seconds = Math.max(0, ...episodes.map((one) => overlap(one, { from: start, to: end }, to)));
    if (seconds <= 0) return marks.none;
    return seconds >= length ? marks.whole : marks.part;
  });
  const [left, right] = [formatDate(first), formatDate(last)];
  const gap = Math.max(1, days.length - left.length - right.length);
  return [drawn.join(''), `${left}${' '.repeat(gap)}${right}`];
}

function overlap(
  episode: Pick<PastEpisode, 'from' | 'to'>,
  day: { from: Temporal.Instant; to: Temporal.Instant },
  now: Temporal.Instant,
): number {
  const end = earlier(episode.to ?? now, day.to);
  const start = Temporal.Instant.compare(episode.from, day.from) > 0 ? episode.from : day.from;
  return start.until(end).total('seconds');
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
