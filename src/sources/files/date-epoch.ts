import type { Step } from './date-parts.ts';

/** Reads the time since 1970 in UTC as a number, in units of which a second has `perSecond`, with or without a fraction. */
export function readEpoch(perSecond: 1 | 1000): Step {
  return (text, start, parts) => {
    if (!/^-?\d{1,15}(\.\d+)?$/.test(text.slice(start))) return -1;
    const micros = Math.round(Number(text.slice(start)) * (1e6 / perSecond));
    // As far as a year has four digits.
    if (Math.abs(micros) > 6e16) return -1;
    const millis = Math.floor(micros / 1000);
    const at = Temporal.Instant.fromEpochMilliseconds(millis).toZonedDateTimeISO('UTC');
    const { year, month, day, hour, minute, second, millisecond } = at;
    Object.assign(parts, { year, month, day, hour, minute, second, offset: 0 });
    parts.micro = millisecond * 1000 + (micros - millis * 1000);
    return text.length;
  };
}
