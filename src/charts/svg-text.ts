import type { SKRSContext2D } from 'canvas';
import { escapeXml } from '../lib/html.ts';

/** Names under which these fonts are known outside this process, for whoever shows the SVG. */
const fontNames = "'Noto Sans', 'Noto Sans Arabic', 'Noto Sans SC', 'Noto Sans JP', 'Noto Sans KR', sans-serif";

/** Collects text instead of drawing it. */
export interface SvgText {
  /** One `<text>` element per drawn text, in the order of drawing. */
  elements(): string;
}

/**
 * Takes the text of an SVG context out of Skia's hands. Skia writes the glyphs it shaped back as characters one by one,
 * which loses joined Arabic and Indic letters and cannot be searched; here each text stays one `<text>` with its own
 * characters, and whoever shows it shapes it. All of it lies above the lines and areas.
 */
export function captureText(ctx: SKRSContext2D): SvgText {
  rememberColors(ctx);
  const elements: string[] = [];
  let rim: { text: string; color: string; width: number } | null = null;
  ctx.strokeText = (text) => {
    rim = { text, color: String(ctx.strokeStyle), width: ctx.lineWidth };
  };
  ctx.fillText = (text, x, y) => {
    const halo = rim?.text === text ? rim : null;
    rim = null;
    if (text.trim() !== '') elements.push(textElement(ctx, text, x, y, halo));
  };
  return { elements: () => elements.join('') };
}

/** After `restore` Skia's context paints with the colours saved but still answers with the last ones set. */
function rememberColors(ctx: SKRSContext2D): void {
  const saved: { fill: typeof ctx.fillStyle; stroke: typeof ctx.strokeStyle }[] = [];
  const save = ctx.save.bind(ctx);
  const restore = ctx.restore.bind(ctx);
  ctx.save = () => {
    saved.push({ fill: ctx.fillStyle, stroke: ctx.strokeStyle });
    save();
  };
  ctx.restore = () => {
    restore();
    const colors = saved.pop();
    if (colors) {
      ctx.fillStyle = colors.fill;
      ctx.strokeStyle = colors.stroke;
    }
  };
}

function textElement(
  ctx: SKRSContext2D,
  text: string,
  x: number,
  y: number,
  halo: { color: string; width: number } | null,
): string {
  const { a, b, c, d, e, f } = ctx.getTransform();
  const [, weight = '400', size = '14'] = /^(?:\w+ )*?(\d+|bold|normal)? ?(\d+(?:\.\d+)?)px/.exec(ctx.font) ?? [];
  const baseline = y + baselineShift(ctx, text);
  const upright = a === 1 && b === 0 && c === 0 && d === 1;
  const place = upright
    ? `x="${round(x + e)}" y="${round(baseline + f)}"`
    : `x="${round(x)}" y="${round(baseline)}" transform="matrix(${[a, b, c, d, e, f].map(round).join(' ')})"`;
  const rim = halo ? ` stroke="${halo.color}" stroke-width="${halo.width}" paint-order="stroke"` : '';
  return `<text ${place} font-size="${size}" font-weight="${weight}" text-anchor="${anchor(ctx)}" fill="${ctx.fillStyle}"${rim}>${escapeXml(text)}</text>`;
}

/** From the context's text baseline down to the alphabetic one, which is what SVG places text by. */
function baselineShift(ctx: SKRSContext2D, text: string): number {
  const before = ctx.textBaseline;
  const own = ctx.measureText(text).actualBoundingBoxAscent;
  ctx.textBaseline = 'alphabetic';
  const alphabetic = ctx.measureText(text).actualBoundingBoxAscent;
  ctx.textBaseline = before;
  return alphabetic - own;
}

function anchor(ctx: SKRSContext2D): string {
  if (ctx.textAlign === 'center') return 'middle';
  return ctx.textAlign === 'right' || ctx.textAlign === 'end' ? 'end' : 'start';
}

/**
 * A self-contained SVG of Skia's drawing with the collected text: it scales, says what it shows, and its ids start with
 * `prefix`, because several charts may stand in one page.
 */
export function wrapSvg(drawing: string, text: SvgText, options: SvgOptions): string {
  const { width, height, title, prefix } = options;
  const body = drawing
    .slice(drawing.indexOf('>', drawing.indexOf('<svg')) + 1, drawing.lastIndexOf('</svg>'))
    // Skia writes nine digits; two decimals of a unit are finer than any printer.
    .replace(/\d+\.\d{3,}/g, (number) => String(round(Number(number))))
    .replace(/\bid="/g, `id="${prefix}-`)
    .replace(/url\(#/g, `url(#${prefix}-`)
    .replace(/xlink:href="#/g, `xlink:href="#${prefix}-`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    body,
    `<g direction="ltr" font-family="${fontNames}" xml:space="preserve">${text.elements()}</g>`,
    '</svg>',
  ].join('');
}

export interface SvgOptions {
  width: number;
  height: number;
  title: string;
  prefix: string;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
