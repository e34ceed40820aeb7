import { readFileSync } from 'node:fs';
import { type FontSlice, fontFamilies, slicesFor } from '../fonts/slices.ts';

/** The weights a page may use: text, the numbers of charts, headings. */
const weights = [400, 600, 700];

/** The fonts of a page, in CSS notation. No generic family at the end: that would be the host's. */
export const fontFamily = fontFamilies.map((name) => `'${name}'`).join(', ');

/** What the browser may set without it being in the text: signs of lists, page numbers, hyphens, letters made capital. */
const always = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Slices in Base64, the least recently used first; a Latin report needs six, one with names in CJK some dozens. */
const encoded = new Map<string, string>();
const encodedAtMost = 128;

/**
 * `@font-face` rules with the fonts that hold the text's characters, inlined. Give the whole HTML as text: a few
 * characters too many cost nothing, one too few is a box. Chinese, Japanese and Korean come in slices of some 40 kB, and
 * only for exactly the characters of the text: so `lang` decides between their ways of writing the same one, not the
 * order of families.
 * @throws Error when a font package is not installed
 */
export function fontFaces(text: string, lang: string): string {
  const beyond = [...new Set(withoutReferences(text).match(/[^\0-\x7f]/gu))].join('');
  const slices = slicesFor(always + beyond + beyond.toLocaleUpperCase(lang), lang);
  return [...slices]
    .flatMap(([slice, characters]) => weights.map((weight) => face(slice, characters, weight)))
    .join('\n');
}

function face(slice: FontSlice, characters: ReadonlySet<number>, weight: number): string {
  const exact = /-(jp|kr|sc)$/.test(slice.pack);
  const ranges = exact ? [...characters].map((one) => [one, one] as const) : slice.ranges;
  const list = ranges.map(([from, to]) => (from === to ? `U+${hex(from)}` : `U+${hex(from)}-${hex(to)}`)).join(',');
  return `@font-face{font-family:'${slice.family}';font-weight:${weight};src:url(data:font/woff2;base64,${base64(slice.file(weight))})format('woff2');unicode-range:${list}}`;
}

function base64(file: string): string {
  const known = encoded.get(file);
  const text = known ?? readFileSync(file, 'base64');
  encoded.delete(file);
  encoded.set(file, text);
  if (encoded.size > encodedAtMost) encoded.delete(encoded.keys().next().value!);
  return text;
}

/** `&#26085;` and `&#x65e5;` as the characters they are. Named references all stand for characters of the Latin fonts. */
function withoutReferences(html: string): string {
  return html.replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));?/gi, (reference, base16?: string, base10?: string) => {
    const codePoint = base16 ? Number.parseInt(base16, 16) : Number(base10);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
  });
}

function hex(codePoint: number): string {
  return codePoint.toString(16);
}
