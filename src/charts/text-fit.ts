/** Width of a text in pixels, in the font it will be drawn in. */
export type Measure = (text: string) => number;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The text, or as much of it as fits followed by an ellipsis; never cuts within a character as people see it. */
export function fitText(text: string, maxWidth: number, measure: Measure): string {
  if (measure(text) <= maxWidth) return text;
  const parts = Array.from(graphemes.segment(text.slice(0, 400)), (part) => part.segment);
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(ellipsized(parts, middle)) <= maxWidth) low = middle;
    else high = middle - 1;
  }
  return ellipsized(parts, low);
}

function ellipsized(parts: string[], count: number): string {
  return `${parts.slice(0, count).join('').trimEnd()}…`;
}

/** At most `lines` lines, broken at spaces where there are any; what does not fit ends in an ellipsis. */
export function wrapText(text: string, maxWidth: number, lines: number, measure: Measure): string[] {
  const rest = text.trim().split(/\s+/);
  const result: string[] = [];
  while (rest.length > 0) {
    if (result.length === lines - 1) {
      result.push(fitText(rest.join(' '), maxWidth, measure));
      break;
    }
    let line = rest.shift() ?? '';
    // A first word wider than the line has no better place: it is cut here and nothing follows it.
    if (measure(line) > maxWidth) return [...result, fitText([line, ...rest].join(' '), maxWidth, measure)];
    while (rest.length > 0 && measure(`${line} ${rest[0]}`) <= maxWidth) line += ` ${rest.shift()}`;
    result.push(line);
  }
  return result.length > 0 ? result : [''];
}
