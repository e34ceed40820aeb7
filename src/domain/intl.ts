/**
 * Formatters of a locale, made once: making one costs some hundred times as much as using it, and a digest has hundreds of
 * numbers and dates. Everything here shows exactly what a formatter made for the occasion would.
 */

/** People's locales and the shapes of this code come to a few dozen; beyond these all are forgotten and made anew. */
const most = 500;

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return once(numbers, locale, options, () => new Intl.NumberFormat(locale, options));
}

/** A local date in words; `options` name parts of a date only. The same as `date.toLocaleString(locale, options)`. */
export function dateWords(date: Temporal.PlainDate, locale: string, options: Intl.DateTimeFormatOptions): string {
  const format = once(dates, locale, options, () => new Intl.DateTimeFormat(locale, options));
  return format.format(date as unknown as Date);
}

function once<Format>(known: Map<string, Format>, locale: string, options: object, make: () => Format): Format {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = known.get(key);
  if (!format) {
    if (known.size >= most) known.clear();
    format = make();
    known.set(key, format);
  }
  return format;
}
