/** Epoch milliseconds of `2026-11-02 09:00` (UTC, or the wall clock of a zone), as tests write instants. */
export function at(text: string, timezone = 'UTC'): number {
  return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(timezone).epochMilliseconds;
}

/** An instant as it is written above; null stays null. */
export function written(instant: number | null, timezone = 'UTC'): string | null {
  if (instant === null) return null;
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone).toPlainDateTime();
  return (local.second === 0 ? local.toString({ smallestUnit: 'minute' }) : local.toString()).replace('T', ' ');
}
