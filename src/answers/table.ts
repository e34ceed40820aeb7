import { formatFixed, formatNumber, formatPercent, formatValue, noValue, type ValueShape } from '../domain/format.ts';
import type { BreakdownRow, KpiResult, Measure, SeriesPoint } from '../domain/kpi-result.ts';
import { dimensionOf } from '../kpis/dimensions.ts';
import { kpiOf } from '../kpis/index.ts';
import { fewCases } from '../stats/compare.ts';
import { boardOf, boardTable } from './board-table.ts';
import { inOrder } from './order.ts';
import { funnelTable, matrixTable } from './shapes.ts';

/** The numbers under an answer as cells of text, header first: breakdown rows where there are any, else stages, cells or the series. */
export interface AnswerTable {
  header: string[];
  rows: string[][];
  /** Columns that hold numbers, to be set flush right. */
  numeric: boolean[];
}

export function tableOf(result: KpiResult, locale: string): AnswerTable {
  const board = boardOf(result);
  if (board) return boardTable(result, board, locale);
  const withCases = result.numerator !== undefined;
  const measure = (row: BreakdownRow | SeriesPoint): string[] => [
    cellOf(row, result, locale),
    ...(withCases ? [casesCell(row, result, locale)] : []),
  ];
  if (result.breakdown) {
    const { by, rows, other } = result.breakdown;
    return {
      header: [dimensionOf(by).title, titleOf(result), ...(withCases ? ['Cases'] : []), 'Share'],
      rows: [...inOrder(by, rows), ...(other ? [other] : [])].map((row) => [
        row.label,
        ...measure(row),
        row.share === null ? '' : formatPercent(row.share, locale),
      ]),
      numeric: [false, true, ...(withCases ? [true] : []), true],
    };
  }
  if (result.funnel) return funnelTable(result.funnel, locale);
  if (result.matrix) return matrixTable(result.matrix, shapeOf(result, locale));
  return {
    header: [
      result.series.grain === 'day' ? 'Day' : `${result.series.grain === 'week' ? 'Week' : 'Month'} of`,
      titleOf(result),
      ...(withCases ? ['Cases'] : []),
    ],
    rows: result.series.points.map((point) => [`${point.at}${remarkOf(point)}`, ...measure(point)]),
    numeric: [false, true, ...(withCases ? [true] : [])],
  };
}

/** Why a point may still change; the corner of its chart says it in the same words. */
function remarkOf({ complete, mature }: SeriesPoint): string {
  if (!complete) return ' (not complete)';
  return mature === false ? ' (not all decided yet)' : '';
}

/** Scores and points say their scale once, at the top. */
function titleOf(result: KpiResult): string {
  if (result.unit === 'points') return `${result.title}, points`;
  return result.unit === 'score' && result.outOf !== undefined ? `${result.title}, of ${result.outOf}` : result.title;
}

function cellOf({ value }: Measure, result: KpiResult, locale: string): string {
  const { unit } = result;
  const digits = unit === 'score' ? 2 : unit === 'points' ? 1 : undefined;
  if (digits !== undefined) return value === null ? noValue : formatFixed(Number(value), locale, digits);
  return formatValue(value, unit, shapeOf(result, locale));
}

/** `912 of 1,000` for a rate; an average has cases, of which none is more than another. */
function casesCell(row: Measure, { unit }: KpiResult, locale: string): string {
  if (row.denominator === undefined) return '';
  const all = formatNumber(row.denominator, locale);
  const cases = unit === 'ratio' ? `${formatNumber(row.numerator ?? 0, locale)} of ${all}` : all;
  return isFew(row) ? `${cases}, few` : cases;
}

/** A rate on fewer cases than it may be judged on. */
function isFew(row: Measure): boolean {
  return row.denominator !== undefined && row.denominator > 0 && row.denominator < fewCases;
}

/** What the shape of values in a cell depends on: not their scale, which the header says. */
function shapeOf({ currency }: KpiResult, locale: string): ValueShape {
  return currency === undefined ? { locale } : { locale, currency };
}

/**
 * CSV with the JSON's field names: one row per breakdown row, stage, cell or series point (RFC 4180, LF line ends). Of a
 * board also rank and status, and every part by its name; money has its currency beside it.
 */
export function csvOf(result: KpiResult): string {
  const { breakdown, series, funnel, matrix, currency } = result;
  if (!breakdown && funnel) {
    return csvText([
      ['key', 'label', 'count', 'ofPrevious', 'ofFirst'],
      ...funnel.stages.map(({ key, label, count, ofPrevious, ofFirst }) => [key, label, count, ofPrevious, ofFirst]),
    ]);
  }
  if (!breakdown && matrix) {
    const { rows, columns, cells } = matrix;
    return csvText([
      ['row', 'column', 'value'],
      ...rows.flatMap((row, r) => columns.map((column, c) => [row, column, cells[r]![c]])),
    ]);
  }
  const board = boardOf(result);
  const parts = Object.keys(board?.parts ?? {});
  const matures = series.points.some(({ mature }) => mature !== undefined);
  // Parts of points are there where the chart draws them as lines of their own.
  const drawn = kpiOf(result.kpi)?.chart?.lines?.filter((name) => name !== 'value') ?? [];
  const money = currency === undefined ? [] : ['currency'];
  const rows: CsvCell[][] = breakdown
    ? [
        [
          ...(board ? ['rank'] : []),
          ...['key', 'label'],
          ...(board ? ['status'] : []),
          ...['value', 'numerator', 'denominator', 'share'],
          ...parts,
          ...money,
        ],
        ...[...breakdown.rows, ...(breakdown.other ? [breakdown.other] : [])].map((row) => [
          ...(board ? [row.rank] : []),
          ...[row.key, row.label],
          ...(board ? [row.status] : []),
          ...[row.value, row.numerator, row.denominator, row.share],
          ...parts.map((name) => row.parts?.[name]),
          ...money.map(() => currency),
        ]),
      ]
    : [
        [
          ...['at', 'value', 'numerator', 'denominator', 'complete'],
          ...(matures ? ['mature'] : []),
          ...drawn,
          ...money,
        ],
        ...series.points.map(({ at, value, numerator, denominator, complete, mature, parts }) => [
          ...[at, value, numerator, denominator, complete],
          ...(matures ? [mature] : []),
          ...drawn.map((name) => parts?.[name]),
          ...money.map(() => currency),
        ]),
      ];
  return csvText(rows);
}

type CsvCell = string | number | boolean | null | undefined;

function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

/** A label that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers, amounts too. */
function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return '';
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && !/^-\d+(\.\d+)?$/.test(value);
  const text = isFormula ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
