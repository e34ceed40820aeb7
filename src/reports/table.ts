import { type AnswerTable, tableOf } from '../answers/table.ts';
import { shapeOf } from '../answers/wording.ts';
import type { ChartSpec } from '../charts/spec.ts';
import { formatDate, formatNumber, formatPercent, formatValue, noValue } from '../domain/format.ts';
import type { KpiResult, Matrix, Unit } from '../domain/kpi-result.ts';
import { kpiOf } from '../kpis/index.ts';

/** The table of an answer, and what has to be said of what is not in it. */
export interface TableBelow {
  table: AnswerTable;
  left: string[];
}

/** The numbers that the picture shows; of an answer without one, what every surface shows as its table. */
export function tableBelow(result: KpiResult, chart: ChartSpec | null, locale: string): TableBelow {
  const table = tableFor(result, chart, locale);
  if (result.matrix && !result.breakdown) return withoutEmptyRows(table, result.matrix, locale);
  if (table.rows.length <= mostRows) return { table, left: [] };
  const left = [`The table has the first ${mostRows} of ${table.rows.length} rows.`];
  return { table: { ...table, rows: table.rows.slice(0, mostRows) }, left };
}

/** Rows of a table at most: three pages of one table are a list, and no report. */
const mostRows = 60;

/** Rows of a matrix in which nothing happened: of 24 hours those of the night. */
function withoutEmptyRows(table: AnswerTable, { unit }: Matrix, locale: string): TableBelow {
  const nothing = [noValue, formatValue(0, unit, { locale })];
  const rows = table.rows.filter((row) => row.slice(1).some((cell) => !nothing.includes(cell)));
  const left = rows.length < table.rows.length ? ['Rows without any are left out of the table.'] : [];
  return { table: { ...table, rows }, left };
}

function tableFor(result: KpiResult, chart: ChartSpec | null, locale: string): AnswerTable {
  if (chart && result.distribution && drawsDistribution(result, chart)) {
    const { title, bands } = result.distribution;
    const total = bands.reduce((sum, { count }) => sum + count, 0);
    return {
      header: [title, 'Number', 'Share'],
      rows: bands.map(({ label, count }) => [
        label,
        formatNumber(count, locale),
        total === 0 ? '' : formatPercent(count / total, locale),
      ]),
      numeric: [false, true, true],
    };
  }
  if (chart && chart.axis !== 'category' && chart.axis !== 'hour' && chart.series.length > 1)
    return linesTable(result, chart);
  const table = tableOf(result, locale);
  const isOverTime = !result.breakdown && !result.funnel && !result.matrix;
  return isOverTime ? { ...table, rows: table.rows.map((row) => withDay(row, result, locale)) } : table;
}

function drawsDistribution({ breakdown }: KpiResult, { kind }: ChartSpec): boolean {
  return kind === 'histogram' || (kind === 'doughnut' && !breakdown);
}

/** `Mon 9 Nov` in place of `2026-11-09`: it is read, not sorted. */
function withDay([at = '', ...others]: readonly string[], { series }: KpiResult, locale: string): string[] {
  return [at.replace(/^\d{4}-\d{2}-\d{2}/, (date) => dayOf(date, series.grain, locale)), ...others];
}

function dayOf(date: string, grain: string, locale: string): string {
  const plain = Temporal.PlainDate.from(date);
  if (grain === 'month') return plain.toLocaleString(locale, { month: 'long', year: 'numeric' });
  const day = formatDate(date, { locale });
  return grain === 'day' ? `${plain.toLocaleString(locale, { weekday: 'short' })} ${day}` : day;
}

/** Several lines or stacked parts over time, each in a column of its own. */
export function linesTable(result: KpiResult, chart: ChartSpec): AnswerTable {
  const { locale, labels, series, axis } = chart;
  const parts = kpiOf(result.kpi)?.parts ?? {};
  const show = (value: number | null, unit: Unit) => {
    if (value === null) return noValue;
    return unit === 'count' ? formatNumber(value, locale, 1) : formatValue(value, unit, shapeOf(result, locale));
  };
  return {
    header: [
      axis === 'day' ? 'Day' : `${axis === 'week' ? 'Week' : 'Month'} of`,
      ...series.map(({ key, label }) => parts[key]?.column ?? label),
    ],
    rows: labels.map((at, index) => [
      dayOf(at, axis, locale),
      ...series.map(({ key, values }) => show(values[index] ?? null, parts[key]?.unit ?? result.unit)),
    ]),
    numeric: [false, ...series.map(() => true)],
  };
}
