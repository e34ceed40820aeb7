import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Fonts come with the product, never from the host, so that pictures and pages are the same everywhere. They lie in the
 * packages as some 370 slices by unicode range; only those that hold a character of the text at hand are used.
 */
export interface FontSlice {
  /** The package's name and the slice's: `noto-sans latin`. */
  id: string;
  /** The package: `noto-sans`. */
  pack: string;
  /** As the package's style sheet names it: `Noto Sans`. */
  family: string;
  ranges: [from: number, to: number][];
  /** The font file of a weight: 100, 200, ... 900. */
  file(weight: number, format?: 'woff' | 'woff2'): string;
}

const kana = /\p{Script=Kana}|\p{Script=Hira}/u;
const hangul = /\p{Script=Hangul}/u;
const hanCharacter = /\p{Script=Han}/u;
const han = { zh: 'noto-sans-sc', ja: 'noto-sans-jp', ko: 'noto-sans-kr' } as const;
/** For everything else, signs and arrows included: of the three, the Japanese package's ranges keep what they promise. */
const plain = ['noto-sans', 'noto-sans-arabic', han.ja, han.ko, han.zh];
/** The Arabic package names ranges of symbols and mathematics that its files do not have. */
const onlySlices: Record<string, string[]> = { 'noto-sans-arabic': ['arabic'] };

/** The families in the order in which a page or picture that names them all should try them. */
export const fontFamilies = plain.map(familyOf);

const packs = new Map<string, FontSlice[]>();

/**
 * The slices that hold the text's characters, each with those it is to draw. Characters no bundled font has are in none.
 * The same Chinese character is drawn differently in China, Japan and Korea: the locale says which, else kana do.
 * @throws Error when a font package is not installed
 */
export function slicesFor(text: string, locale: string): Map<FontSlice, Set<number>> {
  const hanOrder = hanPacks(locale, text);
  const found = new Map<FontSlice, Set<number>>();
  for (const character of new Set(text)) {
    const order = hangul.test(character) ? [han.ko] : hanCharacter.test(character) ? hanOrder : plain;
    const codePoint = character.codePointAt(0)!;
    const slice = sliceFor(codePoint, order);
    if (!slice) continue;
    const characters = found.get(slice);
    if (characters) characters.add(codePoint);
    else found.set(slice, new Set([codePoint]));
  }
  return found;
}

function hanPacks(locale: string, text: string): string[] {
  const language = locale.slice(0, 2);
  const first = language in han ? han[language as keyof typeof han] : kana.test(text) ? han.ja : han.zh;
  return [first, ...Object.values(han).filter((name) => name !== first)];
}

function sliceFor(codePoint: number, order: readonly string[]): FontSlice | undefined {
  for (const name of order) {
    const slice = packOf(name).find(({ ranges }) => ranges.some(([a, b]) => codePoint >= a && codePoint <= b));
    if (slice) return slice;
  }
  return undefined;
}

/** A package's slices, the preferred one first: as in its style sheet, where a later rule outranks an earlier one. */
function packOf(name: string): FontSlice[] {
  const known = packs.get(name);
  if (known) return known;
  const folder = dirname(fileURLToPath(import.meta.resolve(`@fontsource/${name}/unicode.json`)));
  const ranges = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
  const slices = Object.entries(ranges)
    .filter(([key]) => onlySlices[name]?.includes(key) ?? true)
    .map(([key, list]): FontSlice => {
      const part = key.replace(/[[\]]/g, '');
      return {
        id: `${name} ${part}`,
        pack: name,
        family: familyOf(name),
        ranges: list.split(',').map(parseRange),
        file: (weight, format = 'woff2') => join(folder, 'files', `${name}-${part}-${weight}-normal.${format}`),
      };
    })
    .reverse();
  packs.set(name, slices);
  return slices;
}

/** `noto-sans-jp`: Noto Sans JP. */
function familyOf(pack: string): string {
  const words = pack.split('-').map((word) => (word.length === 2 ? word.toUpperCase() : capital(word)));
  return words.join(' ');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** `U+4e00-4eff` or `U+4e00`. */
function parseRange(range: string): [number, number] {
  const [from, to] = range.trim().slice(2).split('-');
  const start = Number.parseInt(from!, 16);
  return [start, to === undefined ? start : Number.parseInt(to, 16)];
}
