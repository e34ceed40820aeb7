import { createHash } from 'node:crypto';
import { type Canvas, createCanvas, type SvgCanvas, SvgExportFlag } from 'canvas';
import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartItem,
  DoughnutController,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  SubTitle,
  Title,
} from 'chart.js';
import annotation from 'chartjs-plugin-annotation';
import { encodeOpaquePng } from './encode-png.ts';
import { loadFonts } from './fonts.ts';
import { chartKinds } from './kinds/index.ts';
import { printable } from './printable.ts';
import type { ChartSpec } from './spec.ts';
import { captureText, wrapSvg } from './svg-text.ts';
import { chartHeight, chartWidth, pixelRatio } from './theme.ts';

Chart.register(ArcElement, BarController, BarElement, DoughnutController, LineController, LineElement, PointElement);
Chart.register(CategoryScale, LinearScale, Filler, Legend, SubTitle, Title, annotation);

/** The chart as PNG, 1200 x 630. Drawing and encoding occupy the thread for some 20 ms. */
export async function drawPng(asked: ChartSpec): Promise<Buffer> {
  const spec = printable(asked);
  const canvas = createCanvas(chartWidth, chartHeight);
  const chart = draw(canvas, configure(spec, pixelRatio));
  try {
    return encodeOpaquePng(canvas) ?? (await canvas.encode('png'));
  } finally {
    chart.destroy();
    // Pixels live outside the JavaScript heap, so the collector sees no reason to hurry: give them back at once.
    canvas.width = 1;
    canvas.height = 1;
  }
}

/** The chart as SVG, 600 x 315 units, its labels as text with fonts by name. */
export function drawSvg(asked: ChartSpec): string {
  const spec = printable(asked);
  const canvas = createCanvas(chartWidth, chartHeight, SvgExportFlag.NoPrettyXML);
  const context = canvas.getContext('2d');
  const text = captureText(context);
  const chart = draw(Object.assign(canvas, { getContext: () => context }), configure(spec, 1));
  try {
    return wrapSvg(canvas.getContent().toString('utf8'), text, {
      width: chartWidth,
      height: chartHeight,
      title: spec.altText || spec.title,
      prefix: `c${createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 10)}`,
    });
  } finally {
    chart.destroy();
    // It has pixels too, though none are drawn: 0.8 MB a chart that the collector does not know of.
    canvas.width = 1;
    canvas.height = 1;
  }
}

function configure(spec: ChartSpec, devicePixelRatio: number): ChartConfiguration {
  const configuration = chartKinds[spec.kind](spec, loadFonts(spec));
  return { ...configuration, options: { ...configuration.options, devicePixelRatio } };
}

function draw(canvas: Canvas | SvgCanvas, configuration: ChartConfiguration): Chart {
  // chart.js sizes a canvas through its style, which one outside a page does not have.
  return new Chart(Object.assign(canvas, { style: {} }) as unknown as ChartItem, configuration);
}
