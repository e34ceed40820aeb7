import type { KpiResult } from '../../domain/kpi-result.ts';
import { describeDistribution } from '../describe.ts';
import type { ChartSpec } from '../spec.ts';
import { frameOf } from './frame.ts';

/** How the result's cases are spread over named bands. */
export function distributionChart(result: KpiResult, locale: string): ChartSpec | null {
  if (!result.distribution) return null;
  const { title, bands } = result.distribution;
  if (bands.every((band) => band.count === 0)) return null;
  const spec = frameOf(result, locale, {
    kind: 'histogram',
    title: `${title}: number in each band`,
    axis: 'category',
    labels: bands.map((band) => band.label),
    values: bands.map((band) => band.count),
    withTarget: false,
  });
  return { ...spec, format: 'count', altText: describeDistribution({ ...spec, format: 'count' }, title) };
}
