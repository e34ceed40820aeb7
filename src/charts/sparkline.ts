import { escapeXml } from '../lib/html.ts';
import { hues } from './palette.ts';

/** A line without axes, as small as a word: how a number came to be where it is. `null` is a gap. */
export interface SparklineSpec {
  values: (number | null)[];
  /** Places whose value may still change: the line to them is dashed, and their dot is open. */
  unfinished: number[];
  /** What it shows, in a sentence, for those who do not see it. */
  altText: string;
}

export const sparklineWidth = 120;
export const sparklineHeight = 32;
/** Room for the dot at the end. */
const edge = 4;

/** The picture as SVG of 120 x 32 units: blue, which reads on white and on black. */
export function sparklineSvg({ values, unfinished, altText }: SparklineSpec): string {
  const points = placed(values);
  const { fill } = hues.blue;
  const isOpen = (index: number) => unfinished.includes(index);
  const stroke = `fill="none" stroke="${fill}" stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"`;
  const lines = segmentsOf(points, isOpen).map(
    ({ path, dashed }) => `<path d="${path}" ${stroke}${dashed ? ' stroke-dasharray="2 3"' : ''}/>`,
  );
  const last = points.findLastIndex((point) => point !== null);
  const end = points[last];
  const dot = end
    ? `<circle cx="${end.x}" cy="${end.y}" r="2.75" fill="${isOpen(last) ? '#ffffff' : fill}" stroke="${fill}" stroke-width="1.25"/>`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sparklineWidth}" height="${sparklineHeight}" viewBox="0 0 ${sparklineWidth} ${sparklineHeight}" role="img" aria-label="${escapeXml(altText)}">${lines.join('')}${dot}</svg>`;
}

interface Point {
  x: number;
  y: number;
}

/** From the lowest value at the bottom to the highest at the top; in the middle where all are the same. */
function placed(values: SparklineSpec['values']): (Point | null)[] {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const step = (sparklineWidth - 2 * edge) / Math.max(1, values.length - 1);
  const height = sparklineHeight - 2 * edge;
  return values.map((value, index) =>
    value === null
      ? null
      : {
          x: round(edge + index * step),
          y: round(edge + height * (span === 0 ? 0.5 : 1 - (value - low) / span)),
        },
  );
}

/** Pieces of the line: gaps stay gaps, what leads to or from an unfinished point is a piece of its own. */
function segmentsOf(
  points: readonly (Point | null)[],
  isOpen: (index: number) => boolean,
): { path: string; dashed: boolean }[] {
  const segments: { path: string; dashed: boolean }[] = [];
  for (let index = 1; index < points.length; index++) {
    const from = points[index - 1];
    const to = points[index];
    if (!from || !to) continue;
    const dashed = isOpen(index) || isOpen(index - 1);
    const last = segments.at(-1);
    if (last && last.dashed === dashed && last.path.endsWith(` ${from.x},${from.y}`)) last.path += ` ${to.x},${to.y}`;
    else segments.push({ path: `M ${from.x},${from.y} ${to.x},${to.y}`, dashed });
  }
  return segments;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
