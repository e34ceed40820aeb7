import type { ChartSpec } from './spec.ts';

/**
 * The spec with every text made safe to draw: a NUL makes the canvas throw, a lone half of a character makes an SVG
 * unreadable, a line break has no place in a label. Names come from other people's systems, so all of this happens.
 */
export function printable(spec: ChartSpec): ChartSpec {
  return {
    ...spec,
    title: clean(spec.title),
    subtitle: clean(spec.subtitle),
    footer: clean(spec.footer),
    altText: clean(spec.altText),
    labels: spec.labels.map(clean),
    series: spec.series.map((series) => ({ ...series, label: clean(series.label) })),
    ...(spec.panels && { panels: spec.panels.map((panel) => ({ ...panel, value: clean(panel.value) })) }),
    ...(spec.unit !== undefined && { unit: clean(spec.unit) }),
    target: spec.target && { ...spec.target, label: clean(spec.target.label) },
  };
}

function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '\ufffd');
}
