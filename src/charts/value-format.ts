import { formatDuration, formatDurationShort, formatFixed, formatNumber, formatPercent } from '../domain/format.ts';
import { numberFormat } from '../domain/intl.ts';
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
    case 'points':
      return formatNumber(value, locale, 1);
    case 'number':
      return formatLarge(value, locale, 1e9, Math.abs(value) >= 1000 ? 0 : 2);
  }
}

/** A value as printed in a cell of a heatmap, which is small: whole percent, `1.2K`. */
export function formatCell(value: number, format: ValueFormat, locale: string): string {
  switch (format) {
    case 'percent':
      return `${formatNumber(value * 100, locale)} %`;
    case 'duration':
      return formatDurationShort(value);
    case 'count':
      return formatLarge(value, locale, 1e4, 0);
    case 'points':
    case 'number':
      return formatLarge(value, locale, 1e4, Math.abs(value) >= 100 ? 0 : 1);
  }
}

/** A part of a whole: one that is not nothing is never printed as nothing, nor one that is not all as all. */
export function formatShare(share: number, locale: string): string {
  if (share > 0 && share < 0.0005) return `< ${formatPercent(0.001, locale)}`;
  return share < 1 && share >= 0.9995 ? `> ${formatPercent(0.999, locale)}` : formatPercent(share, locale);
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
    case 'points':
    case 'number':
      return Math.abs(value) < 1e5 ? formatFixed(value, locale, decimals(step)) : formatLarge(value, locale, 0, 0);
  }
}

/** A target as people set it: `90 %`, `2 h`, `4.5`; to the full where the short form would round it. */
export function formatTarget(value: number, format: ValueFormat, locale: string): string {
  if (format === 'percent') return percentTick(value, isWhole(value * 100) ? 0.01 : 0.001, locale);
  if (format === 'duration' && isWhole(value / unitSeconds[durationUnit(value)])) return formatDurationShort(value);
  return formatLabel(value, format, locale);
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** The unit in which a duration of `seconds` is printed in short. */
function durationUnit(seconds: number): keyof typeof unitSeconds {
  if (seconds < 60) return 'seconds';
  if (seconds < 3600) return 'minutes';
  return seconds < 48 * 3600 ? 'hours' : 'days';
}

/** `90 %` where `90.0 %` would say no more. */
function percentTick(value: number, step: number, locale: string): string {
  const digits = decimals(step * 100);
  return digits === 1 ? formatPercent(value, locale) : `${formatNumber(value * 100, locale, digits)} %`;
}

/** In the unit the ticks count in: `1 d`, `2 d`, not `24 h`, `2 d`; `36 h`, `48 h`, not `36 h`, `2 d`. */
function durationTick(value: number, step: number, locale: string): string {
  if (value === 0) return '0';
  if (step % unitSeconds.days === 0) return `${formatNumber(value / unitSeconds.days, locale)} d`;
  if (step % unitSeconds.hours === 0) return `${formatNumber(value / unitSeconds.hours, locale)} h`;
  return formatDurationShort(value);
}

function formatLarge(value: number, locale: string, from: number, digits: number): string {
  if (Math.abs(value) < from) return formatNumber(value, locale, digits);
  return numberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value).replace('-', '−');
}

function decimals(step: number): number {
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}
