/**
 * Formatters of a locale, made once: making one costs some hundred times as much as using it, and a digest has hundreds of
 * numbers and dates. Everything here shows exactly what a formatter made for the occasion would.
 */

/** People's locales and the shapes of this code come to a few dozen, with the days of a year to some thousand. */
const most = 10_000;

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();
const words = new Map<string, string>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return once(numbers, locale, options, () => new Intl.NumberFormat(locale, options));
}

/** A local date in words; `options` name parts of a date only. The same as `date.toLocaleString(locale, options)`. */
export function dateWords(date: Temporal.PlainDate, locale: string, options: Intl.DateTimeFormatOptions): string {
  // Even with the formatter at hand a date takes a hundred times as long as looking it up, and digests tell the same days.
  return once(words, `${date} ${locale}`, options, () => {
    const format = once(dates, locale, options, () => new Intl.DateTimeFormat(locale, options));
    return format.format(date as unknown as Date);
  });
}

/** Beyond as many all are forgotten and made anew. */
function once<Made>(known: Map<string, Made>, name: string, options: object, make: () => Made): Made {
  const key = `${name} ${JSON.stringify(options)}`;
  let made = known.get(key);
  if (made === undefined) {
    if (known.size >= most) known.clear();
    made = make();
    known.set(key, made);
  }
  return made;
}
