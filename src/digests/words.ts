import { formatDate, formatDateRange, leadIn } from '../domain/format.ts';
import { dateWords } from '../domain/intl.ts';
import { addDays, daysBetween } from '../domain/period.ts';
import type { Digest, DigestLine } from './digest.ts';
import { latePhrase } from './late.ts';

/** The phrases that every carrier of a digest shares; no markup. */

/** What a digest's picture is called wherever it goes with it. */
export const chartFile = 'chart.png';

export const nothingStandsOut = 'Nothing stands out.';
export const missingPicture = 'The chart could not be drawn; its numbers are above.';
export const noNumbers = 'There are no numbers for you: nothing has been loaded, or nothing that you may see.';

/** `Morning coffee, Sat 21 Nov`. */
export function greeting({ title, date, locale }: Digest): string {
  const weekday = dateWords(Temporal.PlainDate.from(date), 'en', { weekday: 'short' });
  return `${title}, ${weekday} ${formatDate(date, { locale })}`;
}

/** The same with the days it tells of: `Morning coffee, Mon 23 Nov · Friday to Sunday`. */
export function heading(digest: Digest): string {
  return `${greeting(digest)} · ${namedDays(digest)}`;
}

/** `Friday to Sunday`, `Thursday`; of more than a week the dates. */
function namedDays({ period, locale }: Digest): string {
  const days = daysBetween(period.from, period.to);
  if (days > 7) return formatDateRange(period.from, period.to, { locale, year: false });
  const weekday = (date: string) => dateWords(Temporal.PlainDate.from(date), 'en', { weekday: 'long' });
  const last = addDays(period.to, -1);
  return days === 1 ? weekday(last) : `${weekday(period.from)} to ${weekday(last)}`;
}

/** `20–22 Nov 2026 against 13–15 Nov`. */
export function daysPhrase({ period, comparedWith, locale }: Digest): string {
  const against = formatDateRange(comparedWith.from, comparedWith.to, { locale, year: false });
  return `${formatDateRange(period.from, period.to, { locale })} against ${against}`;
}

/** `target 90 % ✓`, `target 90 % missed`; empty without one. */
export function targetMark({ target }: DigestLine): string {
  if (!target) return '';
  if (target.met === null) return `target ${target.shown}`;
  return `target ${target.shown} ${target.met ? '✓' : 'missed'}`;
}

/** `4.2 h`, or `4.2 h, restated 4.9 h on 12 Nov: 37 cases came late`. */
export function restatedPhrase({ restated }: DigestLine): string {
  return restated ? `restated ${restated.shown} on ${restated.on}: ${restated.why}` : '';
}

/** `▲ up 3.4 points, better`. */
export function changeWords({ mark, change }: DigestLine): string {
  return `${mark} ${change}`.trim();
}

/** One sentence for each source that is late, or does not reach the end of the digest's days. */
export function latePhrases({ late, locale, readerTimezone }: Digest): string[] {
  return late.map((source) => {
    const phrase = latePhrase(source, { locale, timezone: readerTimezone });
    return source.isLate ? `Late: ${phrase}` : `Not all data yet: ${phrase}`;
  });
}

/** `as of 21 Nov 08:25`, in the reader's zone. */
export function asOfWords({ asOf, locale, readerTimezone }: Digest): string {
  if (asOf === null) return 'nothing loaded yet';
  const at = Temporal.Instant.from(asOf).toZonedDateTimeISO(readerTimezone);
  return `as of ${formatDate(at.toPlainDate().toString(), { locale })} ${at.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** What stands alone, for notifications and subjects: `Morning coffee, Sat 21 Nov: SLA compliance 91.2 %, Tickets 62`. */
export function summary(digest: Digest): string {
  const numbers = digest.lines.map(({ title, shown }) => `${leadIn(title)} ${shown}`).join(', ');
  return `${greeting(digest)}: ${numbers || 'no numbers'}`;
}
