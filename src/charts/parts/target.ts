// Its types make `plugins.annotation` known to chart.js' options.
import type {} from 'chartjs-plugin-annotation';
import type { ChartSpec } from '../spec.ts';
import { targetDash, targetInk, textSize } from '../theme.ts';
import type { EndLabel } from './end-labels.ts';

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

/** The target of lying bars: an upright dashed line with its label on top. */
export function targetUpright(spec: ChartSpec, family: string): Record<string, object> {
  if (!spec.target) return {};
  const { value, label } = spec.target;
  return {
    target: {
      ...dashed,
      xMin: value,
      xMax: value,
      label: {
        display: true,
        content: label,
        color: targetInk,
        backgroundColor: 'transparent',
        font: { family, size: textSize.label, weight: 400 },
        padding: 0,
        position: 'end',
        yAdjust: -19,
      },
    },
  };
}
