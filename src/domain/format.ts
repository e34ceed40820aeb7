import { dateWords, numberFormat } from './intl.ts';
import type { KpiValue, Unit } from './kpi-result.ts';
import { minorDigits } from './money.ts';
import { remembered } from './remembered.ts';

/** Thin typographic choices shared by every surface: a narrow no-break space before `%`, a true minus and never one before a zero, no locale surprises. */
const thinSpace = ' ';
export const noValue = '–';

/** `12,450` in the locale's shape. At most `digits` decimals. */
export function formatNumber(value: number, locale = 'en', digits = 0): string {
  return numberFormat(locale, {
    maximumFractionDigits: digits,
    minimumFractionDigits: 0,
    signDisplay: 'negative',
  })
    .format(value)
    .replace('-', '−');
}

/** A ratio 0..1 as `91.2 %`. */
export function formatPercent(ratio: number, locale = 'en'): string {
  return `${formatFixed(ratio * 100, locale, 1)}${thinSpace}%`;
}

/**
 * Seconds as the two largest units: `45 s`, `12 min`, `2 h 05 min`, `3 d 04 h`. Rounded to the smaller unit shown, so
 * `59 min 40 s` is `1 h 00 min`.
 */
export function formatDuration(seconds: number): string {
  const sign = seconds <= -0.5 ? '−' : '';
  const total = Math.abs(seconds);
  if (total < 59.5) return `${sign}${Math.round(total)} s`;
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${sign}${minutes} min`;
  if (minutes < 48 * 60) return `${sign}${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(total / 3600);
  return `${sign}${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** What a value's shape depends on besides its unit. `outOf`: the highest score there is, said with a score. */
export interface ValueShape {
  locale?: string;
  currency?: string;
  outOf?: number;
}

/** A value in its unit, as people read it: `91.2 %`, `4.2 of 5`, `−12 points`; `–` for no data. */
export function formatValue(value: KpiValue, unit: Unit, options: ValueShape = {}): string {
  if (value === null) return noValue;
  const { locale = 'en', currency, outOf } = options;
  if (unit === 'money') return formatMoney(value, locale, currency);
  const number = Number(value);
  switch (unit) {
    case 'ratio':
      return formatPercent(number, locale);
    case 'duration':
      return formatDuration(number);
    case 'count':
      return formatNumber(number, locale);
    case 'hours':
      return formatDuration(number * 3600);
    case 'days':
      return `${formatNumber(number, locale, 1)} d`;
    case 'points': {
      const shown = formatNumber(number, locale, 1);
      return `${shown} ${/^−?1$/.test(shown) ? 'point' : 'points'}`;
    }
    case 'score': {
      const shown = formatNumber(number, locale, 2);
      return outOf === undefined ? shown : `${shown} of ${formatNumber(outOf, locale)}`;
    }
  }
}

/**
 * Every digit of the amount: a decimal string is formatted as it stands, without passing through a binary number. The
 * currency has as many decimals as it is kept in (`IDR 1,250.50`), unless the amount is whole.
 */
function formatMoney(value: number | string, locale: string, currency: string | undefined): string {
  if (currency === undefined) return formatNumber(Number(value), locale, 2);
  const digits = minorDigits(currency);
  const format = numberFormat(locale, {
    ...{ style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits },
    ...{ trailingZeroDisplay: 'stripIfInteger', signDisplay: 'negative' },
  } as Intl.NumberFormatOptions);
  return format.format(value as number).replace('-', '−');
}

/** A target as it was set: `90 %`, not `90.0 %`; `24 h`, not `24 h 00 min`; `4.5`, its scale being said already. */
export function formatTarget(value: number, unit: Unit, options: ValueShape = {}): string {
  if (unit === 'duration' && value >= 3600 && value % 3600 === 0) return formatDurationShort(value);
  if (unit === 'score') return formatNumber(value, options.locale, 2);
  if (unit !== 'ratio') return formatValue(value, unit, options);
  return `${formatNumber(value * 100, options.locale, 1)}${thinSpace}%`;
}

/** A change of a value, without its sign: rates differ by points, the rest by their own unit. */
export function formatChange(change: number, unit: Unit, { locale = 'en', currency }: ValueShape = {}): string {
  const size = Math.abs(change);
  if (unit === 'ratio') return `${formatFixed(size * 100, locale, 1)} points`;
  return formatValue(size, unit, currency === undefined ? { locale } : { locale, currency });
}

/** `4.50` beside `3.67`: always the same decimals, so that numbers below each other can be compared. */
export function formatFixed(value: number, locale: string, digits: number): string {
  return numberFormat(locale, {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
    signDisplay: 'negative',
  })
    .format(value)
    .replace('-', '−');
}

/** A duration short enough for an axis tick: `30 s`, `15 min`, `4 h`, `2.5 d`. */
export function formatDurationShort(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? '−' : '';
  if (size < 60) return `${sign}${trim(size)} s`;
  if (size < 3600) return `${sign}${trim(size / 60)} min`;
  if (size < 48 * 3600) return `${sign}${trim(size / 3600)} h`;
  return `${sign}${trim(size / 86_400)} d`;
}

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `9 Nov` or, with the year, `9 Nov 2026`: a local date as people write it. */
export function formatDate(date: string, options: { year?: boolean; locale?: string } = {}): string {
  return dateText(date, options.locale ?? 'en', options.year ? 'with year' : 'without');
}

const dateText = remembered((date: string, locale: string, year: 'with year' | 'without') => {
  const plain = Temporal.PlainDate.from(date);
  const month = dateWords(plain, locale, { month: 'short' });
  return year === 'with year' ? `${plain.day} ${month} ${plain.year}` : `${plain.day} ${month}`;
});

/** Inclusive dates of a half-open range: `9-15 Nov 2026`, `28 Oct - 3 Nov 2026`, `5 Oct 2026`. */
export function formatDateRange(from: string, to: string, options: { year?: boolean; locale?: string } = {}): string {
  const { locale = 'en', year = true } = options;
  const first = Temporal.PlainDate.from(from);
  const last = Temporal.PlainDate.from(to).subtract({ days: 1 });
  const end = formatDate(last.toString(), { year, locale });
  if (first.equals(last)) return end;
  if (first.year !== last.year)
    return `${formatDate(from, { year: true, locale })} – ${formatDate(last.toString(), { year: true, locale })}`;
  if (first.month !== last.month) return `${formatDate(from, { locale })} – ${end}`;
  return `${first.day}–${end}`;
}

/** A title with more of the sentence behind it, whose aside is closed: `SLA met, as the CRM reports it, below 85 %`. */
export function leadIn(title: string): string {
  return title.includes(', ') ? `${title},` : title;
}
