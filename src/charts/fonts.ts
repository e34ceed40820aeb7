import { GlobalFonts } from 'canvas';
import { formatDate, formatNumber } from '../domain/format.ts';
import { numberFormat } from '../domain/intl.ts';
import { type FontSlice, slicesFor } from '../fonts/slices.ts';
import type { ChartSpec } from './spec.ts';

const weights = [400, 600];
/** Registered slices live as long as the process: canvas keeps them for all threads together. */
const registered = new Set<string>();

/**
 * Registers what the chart's text needs, each slice under a name of its own, and answers the font families to draw it
 * with, in CSS notation: the first that has a character draws it. A character no bundled font has is drawn as an empty box.
 * @throws Error when a bundled font file is missing or broken
 */
export function loadFonts(spec: ChartSpec): string {
  const slices = [...slicesFor(`a${textOf(spec)}`, spec.locale).keys()];
  for (const slice of slices) register(slice);
  return slices.map(({ id }) => `"${id}"`).join(', ');
}

/** Everything the chart may print: what the spec says, and what formatting makes of its numbers and dates. */
export function textOf(spec: ChartSpec): string {
  const { locale } = spec;
  const own = [
    spec.title,
    spec.subtitle,
    spec.footer,
    spec.target?.label ?? '',
    spec.unit ?? '',
    ...spec.series.map((one) => one.label),
    ...(spec.panels ?? []).map((panel) => panel.value),
  ];
  const dates =
    spec.axis === 'category' ? spec.labels : monthsOf(spec.labels).map((date) => formatDate(date, { locale }));
  const compact = numberFormat(locale, { notation: 'compact' });
  const numbers = [formatNumber(-1_234_567_890.5, locale, 1), ...[1e5, 1e7, 1e9, 1e12].map((n) => compact.format(n))];
  return [...own, ...dates, ...numbers, '0123456789 –−%…:dhmins'].join('');
}

/** One date of each month named: their short names hold all the letters dates can bring. */
function monthsOf(labels: readonly string[]): string[] {
  const months = new Map(labels.map((label) => [label.slice(0, 7), label.slice(0, 10)]));
  return [...months.values()];
}

function register({ id, file }: FontSlice): void {
  if (registered.has(id)) return;
  // Another worker, or one before this, may have registered it already: the list is the process's.
  if (!GlobalFonts.has(id)) {
    for (const path of weights.map((weight) => file(weight))) {
      if (!GlobalFonts.registerFromPath(path, id)) throw new Error(`font file ${path} cannot be used`);
    }
  }
  registered.add(id);
}
