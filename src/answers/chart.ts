import { chartFromResult } from '../charts/from-result.ts';
import type { ChartSpec } from '../charts/spec.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { kpiOf } from '../kpis/index.ts';
import type { ChartDeclaration, Kpi } from '../kpis/kpi.ts';
import { fewCases } from '../stats/compare.ts';
import { orderOf } from './order.ts';

const plain: ChartDeclaration = { series: 'line', prefer: 'series' };

/**
 * The picture of an answer: of the rows that were asked for, else what the KPI prefers, else the series, as a line or in
 * its parts; null for a KPI that is a table only, and when there is nothing to draw. `kpi`: the catalogue's if not given.
 */
export function chartOfAnswer(
  result: KpiResult,
  locale: string,
  kpi: Pick<Kpi, 'chart' | 'board' | 'defaultBy' | 'parts'> | undefined = kpiOf(result.kpi),
): ChartSpec | null {
  if (kpi?.chart === null) return null;
  const chart = kpi?.chart ?? plain;
  if (drawsRows(result, chart, kpi)) return rowsChart(result, locale, chart);
  if (chart.prefer === 'funnel' || chart.prefer === 'matrix') {
    const preferred = chart.prefer === 'funnel' ? 'funnel' : 'heatmap';
    const spec = chartFromResult(result, { locale, kind: chart.prefer, preferred });
    if (spec) return spec;
  }
  // A line through one or two points shows nothing; how the cases are spread does.
  const points = result.series.points.filter((point) => point.value !== null).length;
  if (result.distribution && (chart.prefer === 'distribution' || points < 3)) {
    const preferred = chart.rows === 'doughnut' ? 'doughnut' : 'histogram';
    return chartFromResult(result, { locale, kind: 'distribution', preferred });
  }
  return seriesChart(result, locale, chart, kpi?.parts ?? {});
}

/** One bar shows nothing: of a board with a single row, how it came about does. Rows nobody asked for are drawn if preferred. */
function drawsRows(
  { breakdown }: KpiResult,
  { prefer }: ChartDeclaration,
  kpi: Pick<Kpi, 'board' | 'defaultBy'> | undefined,
): boolean {
  if (!breakdown || (kpi?.board && breakdown.rows.length < 2)) return false;
  return prefer === 'breakdown' || breakdown.by !== kpi?.defaultBy;
}

function rowsChart(result: KpiResult, locale: string, { rows, reference }: ChartDeclaration): ChartSpec | null {
  const order = orderOf(result.breakdown!.by);
  return chartFromResult(result, {
    ...{ locale, kind: 'breakdown', preferred: rows ?? 'bar' },
    ...(reference && { reference }),
    ...(order && { order }),
  });
}

function seriesChart(
  result: KpiResult,
  locale: string,
  { series, stack, lines }: ChartDeclaration,
  declared: Kpi['parts'],
): ChartSpec | null {
  const titleOf = (part: string) => declared[part]?.title ?? (part === 'value' ? result.title : part);
  if (lines) {
    const drawn = lines.map((part) => ({ part, label: titleOf(part), unit: declared[part]?.unit ?? result.unit }));
    return chartFromResult(result, { locale, kind: 'series', preferred: 'line', lines: drawn });
  }
  const parts = stack?.map((part) => ({ part, label: titleOf(part) }));
  const stacked =
    parts && (series === 'stacked' || isThin(result))
      ? chartFromResult(result, { locale, kind: 'series', preferred: 'stacked', parts })
      : null;
  return stacked ?? chartFromResult(result, { locale, kind: 'series', preferred: series });
}

/** A line through buckets of a handful of cases would show chance; how many there were of each kind is a fact. */
function isThin({ series }: KpiResult): boolean {
  const counted = series.points.filter((point) => point.value !== null);
  return counted.filter(({ denominator }) => (denominator ?? 0) < fewCases).length * 2 > counted.length;
}
