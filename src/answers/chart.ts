import { chartFromResult } from '../charts/from-result.ts';
import type { ChartSpec } from '../charts/spec.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { kpiOf } from '../kpis/index.ts';

/** The picture of an answer: bars for a breakdown, else the series; null when there is nothing to draw. */
export function chartOfAnswer(result: KpiResult, locale: string): ChartSpec | null {
  const chart = kpiOf(result.kpi)?.chart ?? { series: 'line', prefer: 'series' };
  if (result.breakdown) return chartFromResult(result, { locale, kind: 'breakdown', preferred: 'bar' });
  // A line through one or two points shows nothing; how the cases are spread does.
  const points = result.series.points.filter((point) => point.value !== null).length;
  if (result.distribution && (chart.prefer === 'distribution' || points < 3)) {
    return chartFromResult(result, { locale, kind: 'distribution', preferred: 'histogram' });
  }
  return chartFromResult(result, { locale, kind: 'series', preferred: chart.series });
}
