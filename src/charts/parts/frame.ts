import type { SKRSContext2D } from 'canvas';
import type { Chart, ChartOptions, Plugin } from 'chart.js';
import { tint } from '../palette.ts';
import type { ChartSpec } from '../spec.ts';
import { fitText, wrapText } from '../text-fit.ts';
import {
  boldWeight,
  immatureDash,
  immatureStrength,
  incompleteDash,
  ink,
  margin,
  mutedInk,
  paper,
  textSize,
} from '../theme.ts';
import { type Unfinished, unfinishedOf, unfinishedWords } from '../unfinished.ts';
import { groundInk } from './ground.ts';
import { hatch } from './hatch.ts';
import { legendOptions } from './legend.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

const footerHeight = 24;

export interface FrameOptions {
  /** Room kept at the right of the plot for labels, in pixels; asked when the chart is laid out. */
  right?: (chart: Chart) => number;
  /** Room kept between the subtitle and the plot, in pixels. */
  gap?: number;
  legend: boolean;
}

/** What every chart has around its plot: title, subtitle, legend where needed, and room for the footer. */
export function frame(spec: ChartSpec, family: string, options: FrameOptions): ChartOptions {
  const { right, gap = 12, legend } = options;
  const textWidth = (chart: Chart) => chart.width - margin.left - margin.right;
  const titleFont = fontString(family, textSize.title, true);
  const subtitleFont = fontString(family, textSize.subtitle);
  return {
    responsive: false,
    animation: false,
    events: [],
    font: { family, size: textSize.label },
    color: mutedInk,
    layout: {
      padding: ({ chart }: { chart: Chart }) => ({
        left: margin.left,
        top: margin.top,
        right: Math.max(margin.right, right?.(chart) ?? 0),
        bottom: margin.bottom + footerHeight,
      }),
    },
    plugins: {
      title: {
        display: true,
        align: 'start',
        color: ink,
        font: { family, size: textSize.title, weight: boldWeight, lineHeight: 1.25 },
        padding: 0,
        text: atLayout((chart) => wrapText(spec.title, textWidth(chart), 2, measureIn(contextOf(chart), titleFont))),
      },
      subtitle: {
        display: spec.subtitle !== '',
        align: 'start',
        color: mutedInk,
        font: { family, size: textSize.subtitle, weight: 400, lineHeight: 1.3 },
        padding: { top: 2, bottom: legend ? 2 : gap },
        text: atLayout((chart) => fitText(spec.subtitle, textWidth(chart), measureIn(contextOf(chart), subtitleFont))),
      },
      legend: legendOptions(family, legend),
      annotation: { annotations: {} },
    },
  };
}

/** chart.js takes these texts from a function too, though its types do not say so; only there can text be measured. */
function atLayout(text: (chart: Chart) => string | string[]): string {
  return (({ chart }: { chart: Chart }) => text(chart)) as unknown as string;
}

/** Title and subtitle span the picture: chart.js would squeeze them into what is left of the plot's width. */
export const fullWidthPlugin: Plugin = {
  id: 'full-width',
  afterLayout(chart) {
    for (const box of chart.boxes) {
      if (box.position === 'top' && box.fullSize) box.right = chart.width - margin.right;
    }
  },
};

/** White paper under everything: both themes of Slack show the picture as it is. */
export const paperPlugin: Plugin = {
  id: 'paper',
  beforeDraw(chart) {
    const ctx = contextOf(chart);
    ctx.save();
    ctx.fillStyle = paper;
    ctx.fillRect(0, 0, chart.width, chart.height);
    ctx.restore();
  },
};

/** Source and as-of in the left corner; in the right one what dots and hatchings mean, where there are any. */
export function footerPlugin(spec: ChartSpec, family: string): Plugin {
  const font = fontString(family, textSize.small);
  const swatch = 22;
  return {
    id: 'footer',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const y = chart.height - margin.bottom - textSize.small / 2;
      let width = chart.width - margin.right - margin.left;
      for (const why of shownUnfinished(spec)) {
        const text = unfinishedWords[why];
        const textWidth = measureIn(ctx, font)(text);
        const end = margin.left + width;
        drawText(ctx, { text, x: end, y, font, color: mutedInk, align: 'right' });
        drawSwatch(ctx, spec.kind, why, { x: end - textWidth - swatch - 6, y, width: swatch });
        width -= textWidth + swatch + 22;
      }
      const text = fitText(spec.footer, width, measureIn(ctx, font));
      drawText(ctx, { text, x: margin.left, y, font, color: mutedInk });
    },
  };
}

/** What is unfinished and to be seen, the right one of the corner first. */
function shownUnfinished(spec: ChartSpec): Unfinished[] {
  const shown = [...unfinishedOf(spec)].filter(([index]) => spec.series.some((series) => series.values[index] != null));
  return (['incomplete', 'immature'] as const).filter((why) => shown.some(([, other]) => other === why));
}

function drawSwatch(
  ctx: SKRSContext2D,
  kind: ChartSpec['kind'],
  why: Unfinished,
  at: { x: number; y: number; width: number },
): void {
  const { x, y, width } = at;
  if (kind !== 'line' && kind !== 'step' && kind !== 'area') {
    hatch(ctx, { x: x + 8, y: y - 5, width: width - 8, height: 10 }, mutedInk, { why, distance: 4 });
    return;
  }
  if (why === 'immature') {
    const box = { x, y: y - 6, width, height: 12 };
    hatch(ctx, box, groundInk, { why, distance: 4, outline: false });
  }
  ctx.save();
  ctx.strokeStyle = why === 'immature' ? tint(mutedInk, immatureStrength) : mutedInk;
  ctx.lineWidth = 2;
  ctx.setLineDash(why === 'immature' ? immatureDash : incompleteDash);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + width, y);
  ctx.stroke();
  ctx.restore();
}
