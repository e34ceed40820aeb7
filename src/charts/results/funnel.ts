import type { KpiResult } from '../../domain/kpi-result.ts';
import { maxStages } from '../check-spec.ts';
import { describeFunnel } from '../describe.ts';
import type { ChartSpec } from '../spec.ts';
import { frameOf } from './frame.ts';

/** How many came to each stage; null where nobody came to any. */
export function funnelChart(result: KpiResult, locale: string): ChartSpec | null {
  if (!result.funnel) return null;
  const { title } = result.funnel;
  const stages = result.funnel.stages.slice(0, maxStages);
  if (stages.every(({ count }) => count === 0)) return null;
  const frame = frameOf(result, locale, {
    kind: 'funnel',
    title,
    axis: 'category',
    labels: stages.map(({ label }) => label),
    values: stages.map(({ count }) => count),
    withTarget: false,
  });
  const spec: ChartSpec = { ...frame, format: 'count', keys: stages.map(({ key }) => key) };
  return { ...spec, altText: describeFunnel(spec, title) };
}
