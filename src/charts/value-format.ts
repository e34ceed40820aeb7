import { formatDuration, formatDurationShort, formatNumber, formatPercent } from '../domain/format.ts';
import type { ValueFormat } from './spec.ts';

/** A value as printed at a bar or the end of a line. */
export function formatLabel(value: number, format: ValueFormat, locale: string): string {
  switch (format) {
    case 'percent':
      return formatPercent(value, locale);
    case 'duration':
      return formatDuration(value);
    case 'count':
      return formatLarge(value, locale, 1e9, 0);
    case 'number':
      return formatLarge(value, locale, 1e9, Math.abs(value) >= 1000 ? 0 : 2);
  }
}

/** A value as printed at an axis: shorter, with as many decimals as the distance between ticks needs. */
export function formatTick(value: number, step: number, format: ValueFormat, locale: string): string {
  switch (format) {
    case 'percent':
      return percentTick(value, step, locale);
    case 'duration':
      return durationTick(value, step, locale);
    case 'count':
      return formatLarge(value, locale, 1e5, 0);
    case 'number':
      return Math.abs(value) < 1e5 ? formatFixed(value, decimals(step), locale) : formatLarge(value, locale, 0, 0);
  }
}

/** `90 %` where `90.0 %` would say no more. */
function percentTick(value: number, step: number, locale: string): string {
  const digits = decimals(step * 100);
  return digits === 1 ? formatPercent(value, locale) : `${formatNumber(value * 100, locale, digits)} %`;
}

/** Days stay days where the ticks count in them: `1 d`, `2 d`, not `24 h`, `2 d`. */
function durationTick(value: number, step: number, locale: string): string {
  if (value === 0) return '0';
  return step % 86_400 === 0 ? `${formatNumber(value / 86_400, locale)} d` : formatDurationShort(value);
}

/** `4.0` beside `4.5`: ticks of one axis have the same decimals. */
function formatFixed(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(value)
    .replace('-', '−');
}

function formatLarge(value: number, locale: string, from: number, digits: number): string {
  if (Math.abs(value) < from) return formatNumber(value, locale, digits);
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
    .format(value)
    .replace('-', '−');
}

function decimals(step: number): number {
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}
