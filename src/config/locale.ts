import { z } from 'zod';

/** A BCP 47 tag that the shapes of numbers and dates are known for. */
export const locale = z.string().refine(isLocale, { error: 'is not a language tag such as en or id-ID' });

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
