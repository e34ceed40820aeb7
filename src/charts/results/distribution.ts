import type { KpiResult } from '../../domain/kpi-result.ts';
import { describeDistribution } from '../describe.ts';
import type { ChartSpec } from '../spec.ts';
import { frameOf } from './frame.ts';
import type { ChartFromResultOptions } from './options.ts';

/** How the result's cases are spread over named bands: beside each other, or where `preferred` says so as parts of all. */
export function distributionChart(
  result: KpiResult,
  { locale, preferred }: Pick<ChartFromResultOptions, 'locale' | 'preferred'>,
): ChartSpec | null {
  if (!result.distribution) return null;
  const { title, bands } = result.distribution;
  if (bands.every((band) => band.count === 0)) return null;
  if (preferred === 'doughnut') {
    const ring: ChartSpec = {
      ...frameOf(result, locale, {
        kind: 'doughnut',
        title,
        axis: 'category',
        labels: bands.map((band) => band.label),
        values: bands.map((band) => band.count),
        withTarget: false,
      }),
      format: 'count',
      keys: bands.map((band) => band.label),
      unit: 'in all',
    };
    return { ...ring, altText: describeDistribution(ring, title) };
  }
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
