import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GlobalFonts } from 'canvas';
import { formatDate, formatNumber } from '../domain/format.ts';
import type { ChartSpec } from './spec.ts';

/**
 * Fonts come with the product, never from the host, so that a picture is the same everywhere. They lie in the packages as
 * some 370 slices by unicode range; only those that hold a character of the chart at hand are registered, each under a
 * name of its own, and the chart's font is the list of those names: the first that has a character draws it.
 */
interface Pack {
  name: string;
  slices: Slice[];
}

interface Slice {
  family: string;
  files: string[];
  ranges: [from: number, to: number][];
}

const weights = [400, 600];
const kana = /\p{Script=Kana}|\p{Script=Hira}/u;
const hangul = /\p{Script=Hangul}/u;
const hanCharacter = /\p{Script=Han}/u;
const han = { zh: 'noto-sans-sc', ja: 'noto-sans-jp', ko: 'noto-sans-kr' } as const;
/** For everything else, signs and arrows included: of the three, the Japanese package's ranges keep what they promise. */
const plain = ['noto-sans', 'noto-sans-arabic', han.ja, han.ko, han.zh];
/** The Arabic package names ranges of symbols and mathematics that its files do not have. */
const onlySlices: Record<string, string[]> = { 'noto-sans-arabic': ['arabic'] };

const packs = new Map<string, Pack>();
/** Registered slices live as long as the process: canvas keeps them for all threads together. */
const registered = new Set<string>();

/**
 * Registers what the chart's text needs and answers the font families to draw it with, in CSS notation. A character no
 * bundled font has is drawn as an empty box.
 * @throws Error when a bundled font file is missing or broken
 */
export function loadFonts(spec: ChartSpec): string {
  const text = textOf(spec);
  const hanOrder = hanPacks(spec.locale, text);
  const families = new Set<string>();
  for (const character of new Set(`a${text}`)) {
    const order = hangul.test(character) ? [han.ko] : hanCharacter.test(character) ? hanOrder : plain;
    const slice = sliceFor(character.codePointAt(0)!, order);
    if (!slice) continue;
    register(slice);
    families.add(slice.family);
  }
  return [...families].map((family) => `"${family}"`).join(', ');
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
  const compact = new Intl.NumberFormat(locale, { notation: 'compact' });
  const numbers = [formatNumber(-1_234_567_890.5, locale, 1), ...[1e5, 1e7, 1e9, 1e12].map((n) => compact.format(n))];
  return [...own, ...dates, ...numbers, '0123456789 –−%…:dhmins'].join('');
}

/** One date of each month named: their short names hold all the letters dates can bring. */
function monthsOf(labels: readonly string[]): string[] {
  const months = new Map(labels.map((label) => [label.slice(0, 7), label.slice(0, 10)]));
  return [...months.values()];
}

/** The same Chinese character is drawn differently in China, Japan and Korea: the locale says which, else kana do. */
function hanPacks(locale: string, text: string): string[] {
  const language = locale.slice(0, 2);
  const first = language in han ? han[language as keyof typeof han] : kana.test(text) ? han.ja : han.zh;
  return [first, ...Object.values(han).filter((name) => name !== first)];
}

function sliceFor(codePoint: number, order: readonly string[]): Slice | undefined {
  for (const name of order) {
    const slice = packOf(name).slices.find(({ ranges }) => ranges.some(([a, b]) => codePoint >= a && codePoint <= b));
    if (slice) return slice;
  }
  return undefined;
}

/** A package's slices, the preferred one first: as in its style sheet, where a later rule outranks an earlier one. */
function packOf(name: string): Pack {
  const known = packs.get(name);
  if (known) return known;
  const folder = dirname(fileURLToPath(import.meta.resolve(`@fontsource/${name}/unicode.json`)));
  const ranges = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
  const slices = Object.entries(ranges)
    .filter(([key]) => onlySlices[name]?.includes(key) ?? true)
    .map(([key, list]): Slice => {
      const id = key.replace(/[[\]]/g, '');
      return {
        family: `${name} ${id}`,
        files: weights.map((weight) => join(folder, 'files', `${name}-${id}-${weight}-normal.woff2`)),
        ranges: list.split(',').map(parseRange),
      };
    })
    .reverse();
  const pack = { name, slices };
  packs.set(name, pack);
  return pack;
}

/** `U+4e00-4eff` or `U+4e00`. */
function parseRange(range: string): [number, number] {
  const [from, to] = range.trim().slice(2).split('-');
  const start = Number.parseInt(from!, 16);
  return [start, to === undefined ? start : Number.parseInt(to, 16)];
}

function register(slice: Slice): void {
  if (registered.has(slice.family)) return;
  // Another worker, or one before this, may have registered it already: the list is the process's.
  if (!GlobalFonts.has(slice.family)) {
    for (const file of slice.files) {
      if (!GlobalFonts.registerFromPath(file, slice.family)) throw new Error(`font file ${file} cannot be used`);
    }
  }
  registered.add(slice.family);
}
