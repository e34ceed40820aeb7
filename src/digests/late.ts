import { formatDate } from '../domain/format.ts';
import type { SourceFreshness } from '../domain/kpi-result.ts';
import { startOfDay } from '../domain/period.ts';
import type { LateSource } from './digest.ts';

/** Streams told by name; of more, how many. */
const mostStreams = 3;

/** By source, what is later than promised or does not reach the end of the digest's days; the oldest first. */
export function lateSources(streams: readonly SourceFreshness[], to: string, timezone: string): LateSource[] {
  const end = startOfDay(to, timezone);
  const behind = streams.filter(
    ({ asOf, late }) =>
      late === true || asOf === null || Temporal.Instant.compare(Temporal.Instant.from(asOf), end) < 0,
  );
  return [...Map.groupBy(behind, ({ source }) => source)]
    .map(([source, some]): LateSource => {
      const oldest = some.toSorted((a, b) => momentOf(a.asOf) - momentOf(b.asOf))[0]!;
      return {
        source,
        streams: [...new Set(some.map(({ stream }) => stream))].toSorted(),
        asOf: oldest.asOf,
        isLate: some.some(({ late }) => late === true),
      };
    })
    .toSorted((a, b) => momentOf(a.asOf) - momentOf(b.asOf) || (a.source < b.source ? -1 : 1));
}

function momentOf(asOf: string | null): number {
  return asOf === null ? Number.NEGATIVE_INFINITY : Temporal.Instant.from(asOf).epochMilliseconds;
}

/** `crm (ticket, survey) reaches 20 Nov 06:10.`: in the zone of the reader. */
export function latePhrase(
  { source, streams, asOf }: LateSource,
  { locale, timezone }: { locale: string; timezone: string },
): string {
  const named = streams.length > mostStreams ? `${streams.length} streams` : streams.join(', ');
  if (asOf === null) return `${source} (${named}) has never been read in whole.`;
  const at = Temporal.Instant.from(asOf).toZonedDateTimeISO(timezone);
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${source} (${named}) reaches ${formatDate(at.toPlainDate().toString(), { locale })} ${time}.`;
}
