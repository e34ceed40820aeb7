/** Columns a text takes in a fixed-width font: East Asian characters take two, combining and invisible marks none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(/[\p{M}\p{Cf}]/gu, '')) {
    width += /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u.test(
      character,
    )
      ? 2
      : 1;
  }
  return width;
}

/**
 * A cell of a table in a fixed-width font, filled to `width`. A name that is written from right to left is isolated
 * (U+2068, U+2069): it would otherwise turn the cells after it round.
 */
export function padCell(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  const cell = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/.test(text) ? `\u2068${text}\u2069` : text;
  return side === 'left' ? `${cell}${space}` : `${space}${cell}`;
}
