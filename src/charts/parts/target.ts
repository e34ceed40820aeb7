// Its types make `plugins.annotation` known to chart.js' options.

import type { Plugin } from 'chart.js';
import type {} from 'chartjs-plugin-annotation';
import type { ChartSpec } from '../spec.ts';
import { fitText } from '../text-fit.ts';
import { margin, targetDash, targetInk, textSize } from '../theme.ts';
import type { EndLabel } from './end-labels.ts';
import { contextOf, drawText, fontString, measureIn } from './text.ts';

const dashed = { type: 'line', borderColor: targetInk, borderWidth: 1.5, borderDash: targetDash } as const;

/** The target as a dashed line across the values; its label stands beside the plot (`targetLabels`), clear of them. */
export function targetAcross(spec: ChartSpec): Record<string, object> {
  if (!spec.target) return {};
  return { target: { ...dashed, yMin: spec.target.value, yMax: spec.target.value } };
}

/** The label of a target that lies across, for the margin at the right. */
export function targetLabels(spec: ChartSpec): EndLabel[] {
  if (!spec.target) return [];
  return [{ value: spec.target.value, text: spec.target.label, color: targetInk, quiet: true }];
}

/** The target of lying bars as an upright dashed line; its label stands on top (`targetOnTopPlugin`). */
export function targetUpright(spec: ChartSpec): Record<string, object> {
  if (!spec.target) return {};
  return { target: { ...dashed, xMin: spec.target.value, xMax: spec.target.value } };
}

/** The label of an upright target, above the plot and above its line as far as the picture's edges allow. */
export function targetOnTopPlugin(spec: ChartSpec, family: string): Plugin {
  const font = fontString(family, textSize.label);
  return {
    id: 'target-on-top',
    afterDraw(chart) {
      if (!spec.target) return;
      const ctx = contextOf(chart);
      const room = chart.width - margin.left - margin.right;
      const text = fitText(spec.target.label, room / 2, measureIn(ctx, font));
      const half = measureIn(ctx, font)(text) / 2;
      const line = chart.scales.x?.getPixelForValue(spec.target.value) ?? 0;
      const x = Math.max(margin.left + half, Math.min(line, chart.width - margin.right - half));
      drawText(ctx, { text, x, y: chart.chartArea.top - 10, font, color: targetInk, align: 'center' });
    },
  };
}
