import { z } from 'zod';

/** An IANA zone; an offset such as +07:00 is none, as it knows no change of clocks. */
export const timezone = z.string().refine(isTimezone, { error: 'is not an IANA time zone such as Asia/Jakarta' });

function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
