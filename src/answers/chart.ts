import { chartFromResult } from '../charts/from-result.ts';
import type { ChartSpec } from '../charts/spec.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { fewCases } from '../stats/compare.ts';

/** The picture of an answer: bars for a breakdown, else the series, as a line or in its parts; null for a KPI that is a table only, and when there is nothing to draw. */
export function chartOfAnswer(result: KpiResult, locale: string): ChartSpec | null {
  const declared = kpiOf(result.kpi);
  if (declared?.chart === null) return null;
  const chart: NonNullable<Kpi['chart']> = declared?.chart ?? { series: 'line', prefer: 'series' };
  // One bar shows nothing: of a board with a single row, how it came about does.
  if (result.breakdown && !(declared?.board && result.breakdown.rows.length < 2)) {
    const { reference } = chart;
    return chartFromResult(result, { locale, kind: 'breakdown', preferred: 'bar', ...(reference && { reference }) });
  }
  // A line through one or two points shows nothing; how the cases are spread does.
  const points = result.series.points.filter((point) => point.value !== null).length;
  if (result.distribution && (chart.prefer === 'distribution' || points < 3)) {
    return chartFromResult(result, { locale, kind: 'distribution', preferred: 'histogram' });
  }
  const parts = chart.stack?.map((part) => ({ part, label: declared?.parts[part]?.title ?? part }));
  const stacked =
    parts && isThin(result) ? chartFromResult(result, { locale, kind: 'series', preferred: 'stacked', parts }) : null;
  return (
    stacked ??
    chartFromResult(result, { locale, kind: 'series', preferred: chart.series === 'step' ? 'line' : chart.series })
  );
}

/** A line through buckets of a handful of cases would show chance; how many there were of each kind is a fact. */
function isThin({ series }: KpiResult): boolean {
  const counted = series.points.filter((point) => point.value !== null);
  return counted.filter(({ denominator }) => (denominator ?? 0) < fewCases).length * 2 > counted.length;
}
