import type { Chart, Plugin } from 'chart.js';
import { fitText } from '../text-fit.ts';
import { ink, margin, textSize } from '../theme.ts';
import { contextOf, fontString, measureIn } from './text.ts';

/** Longest name in a legend, in pixels: two of them fit beside each other. */
const legendTextWidth = 150;
const padding = 8;

/** Colours with names above the plot, for what cannot be named in it. */
export function legendOptions(family: string, display: boolean) {
  return {
    display,
    position: 'top',
    align: 'start',
    labels: {
      color: ink,
      font: { family, size: textSize.label },
      boxWidth: 12,
      boxHeight: 12,
      padding,
      generateLabels: (chart: Chart) => legendItems(chart, family),
    },
  } as const;
}

function legendItems(chart: Chart, family: string) {
  const measure = measureIn(contextOf(chart), fontString(family, textSize.label));
  return chart.data.datasets.map((dataset, datasetIndex) => ({
    text: fitText(dataset.label ?? '', legendTextWidth, measure),
    fillStyle: String(dataset.borderColor),
    strokeStyle: String(dataset.borderColor),
    fontColor: ink,
    lineWidth: 0,
    borderRadius: 2,
    datasetIndex,
  }));
}

/** The legend's own padding would indent it: its first mark belongs under the title's first letter. */
export const legendEdgePlugin: Plugin = {
  id: 'legend-edge',
  afterLayout(chart) {
    if (chart.legend) chart.legend.left = margin.left - padding;
  },
};
