import { formatFixed, formatNumber, formatValue, noValue, type ValueShape } from '../domain/format.ts';
import type { BreakdownRow, KpiResult } from '../domain/kpi-result.ts';
import { dimensionOf } from '../kpis/dimensions.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Board, Kpi, PartDeclaration } from '../kpis/kpi.ts';
import type { AnswerTable } from './table.ts';

export type BoardKpi = Kpi & { board: Board };

/** The KPI of a result whose rows are its answer; undefined for the others. */
export function boardOf(result: KpiResult): BoardKpi | undefined {
  const kpi = kpiOf(result.kpi);
  return kpi?.board && result.breakdown ? (kpi as BoardKpi) : undefined;
}

/**
 * The rows of a board as text, every column: rank and status where any row has one, then the declared ones. A column that
 * says nothing about such rows at all (the median of a team, of teams) is left out. `narrow`: what fits on a phone, with
 * rank and status beside the name and a rate with its cases.
 */
export function boardTable(result: KpiResult, kpi: BoardKpi, locale: string, narrow = false): AnswerTable {
  const { by, rows, other } = result.breakdown!;
  const all = other ? [...rows, other] : rows;
  const { board } = kpi;
  const shape = { locale, ...(result.currency === undefined ? {} : { currency: result.currency }) };
  const columns = (narrow ? board.narrow : board.columns.map((name) => [name, headingOf(kpi, name)] as const)).filter(
    ([name]) => by === board.by || all.some((row) => numberIn(row, name) !== null),
  );
  const ranked = !narrow && rows.some((row) => row.rank !== undefined);
  const withStatus = !narrow && rows.some((row) => row.status !== undefined);
  return {
    header: [
      ...(ranked ? ['#'] : []),
      dimensionOf(by).title,
      ...(withStatus ? ['Status'] : []),
      ...columns.map(([, heading]) => heading),
    ],
    rows: all.map((row) => [
      ...(ranked ? [row.rank == null ? noValue : formatNumber(row.rank, locale)] : []),
      narrow ? nameOf(row, locale) : row.label,
      ...(withStatus ? [row.status ?? ''] : []),
      ...columns.map(([name]) => cellOf(row, kpi, name, shape, narrow)),
    ]),
    numeric: [...(ranked ? [true] : []), false, ...(withStatus ? [false] : []), ...columns.map(() => true)],
  };
}

/** `3. Zoë Müller · away` */
function nameOf({ label, rank, status }: BreakdownRow, locale: string): string {
  return `${rank == null ? '' : `${formatNumber(rank, locale)}. `}${label}${status === undefined ? '' : ` · ${status}`}`;
}

function headingOf({ board, parts }: BoardKpi, name: string): string {
  if (name === 'value') return board.value;
  const { title, column, outOf } = parts[name] ?? { title: name };
  return outOf === undefined ? (column ?? title) : `${column ?? title}, of ${outOf}`;
}

function numberIn(row: BreakdownRow, name: string): number | null {
  if (name !== 'value') return row.parts?.[name] ?? null;
  return row.value === null ? null : Number(row.value);
}

function cellOf(row: BreakdownRow, kpi: BoardKpi, name: string, shape: ValueShape, narrow: boolean): string {
  const { locale = 'en' } = shape;
  const value = numberIn(row, name);
  const declared: PartDeclaration = kpi.parts[name] ?? { title: kpi.board.value, unit: kpi.unit };
  const shown = formatPart(value, declared, shape, true);
  const rated = narrow && name === 'value' && value !== null && row.denominator !== undefined;
  return rated ? `${shown} of ${formatNumber(row.denominator ?? 0, locale)}` : shown;
}

/** A part as people read it: `4.2 of 5`, `2.5`, `+3`, `€12.50`. In a column scores have equal decimals, and no scale. */
export function formatPart(value: number | null, part: PartDeclaration, shape: ValueShape, inColumn = false): string {
  if (value === null) return noValue;
  const { locale = 'en' } = shape;
  if (part.unit === 'score' && inColumn) return formatFixed(value, locale, 2);
  // Half a ticket is a median between two.
  const shown =
    part.unit === 'count'
      ? formatNumber(value, locale, 1)
      : formatValue(value, part.unit, { ...shape, ...(part.outOf === undefined ? {} : { outOf: part.outOf }) });
  return part.signed && value > 0 ? `+${shown}` : shown;
}
