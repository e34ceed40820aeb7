import { formatNumber, formatPercent, formatValue, noValue, type ValueShape } from '../domain/format.ts';
import type { Funnel, KpiResult, Matrix } from '../domain/kpi-result.ts';
import type { AnswerTable } from './table.ts';

/** Funnels and matrices in words and tables: what stands where their picture cannot be seen. */

/**
 * A line for each: `Sent 1,000 → Delivered 950 (95.0 %) → Replied 90 (9.5 %)`, each stage with its part of the one before;
 * of a matrix its window and its highest cells.
 */
export function shapePhrases({ funnel, matrix, currency }: KpiResult, locale: string): string[] {
  return [
    ...(funnel ? [funnelPhrase(funnel, locale)] : []),
    ...(matrix ? [matrixPhrase(matrix, { locale, ...(currency === undefined ? {} : { currency }) })] : []),
  ];
}

function funnelPhrase({ stages }: Funnel, locale: string): string {
  return stages
    .map(({ label, count, ofPrevious }) => {
      const part = ofPrevious === null ? '' : ` (${formatPercent(ofPrevious, locale)})`;
      return `${label} ${formatNumber(count, locale)}${part}`;
    })
    .join(' → ');
}

/** Cells named one by one. */
const mostCells = 3;

function matrixPhrase(matrix: Matrix, shape: ValueShape): string {
  const { rows, columns, cells, unit, window } = matrix;
  const known = cells.flatMap((row, r) =>
    row.flatMap((value, c) => (value === null || value === 0 ? [] : [{ value, at: `${rows[r]} ${columns[c]}` }])),
  );
  const highest = known.toSorted((a, b) => b.value - a.value).slice(0, mostCells);
  const said = highest.map(({ value, at }) => `${at} (${formatValue(value, unit, shape)})`);
  return [...(window ? [window.title] : []), ...(said.length > 0 ? [`highest ${said.join(', ')}`] : [])].join('; ');
}

/** Stages below each other, each with its part of the one before and of the first. */
export function funnelTable({ stages }: Funnel, locale: string): AnswerTable {
  const share = (part: number | null) => (part === null ? '' : formatPercent(part, locale));
  return {
    header: ['Stage', 'Number', 'Of previous', 'Of first'],
    rows: stages.map(({ label, count, ofPrevious, ofFirst }, index) => [
      label,
      formatNumber(count, locale),
      share(ofPrevious),
      index === 0 ? '' : share(ofFirst),
    ]),
    numeric: [false, true, true, true],
  };
}

/** The cells; what has more columns than rows is turned, so that hours stand below each other and weekdays fit beside. */
export function matrixTable({ rows, columns, cells, unit }: Matrix, shape: ValueShape): AnswerTable {
  const turned = columns.length > rows.length;
  const [down, across] = turned ? [columns, rows] : [rows, columns];
  const cellAt = (d: number, a: number) => (turned ? cells[a]![d] : cells[d]![a]) ?? null;
  const print = (value: number | null) => (value === null ? noValue : formatValue(value, unit, shape));
  return {
    header: ['', ...across],
    rows: down.map((name, d) => [name, ...across.map((_, a) => print(cellAt(d, a)))]),
    numeric: [false, ...across.map(() => true)],
  };
}
