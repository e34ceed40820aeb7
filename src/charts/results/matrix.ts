import type { KpiResult, Matrix } from '../../domain/kpi-result.ts';
import { maxCells } from '../check-spec.ts';
import { describeHeatmap } from '../describe.ts';
import type { ChartSpec } from '../spec.ts';
import { chartValue, formatOf, frameOf } from './frame.ts';

/** The grid as a heatmap, of more rows than can be read the last ones; null where no cell has a value. */
export function matrixChart(result: KpiResult, locale: string): ChartSpec | null {
  if (!result.matrix) return null;
  const { title, unit, counts, rows, columns, cells, window, note } = lastRows(result.matrix);
  if (cells.every((row) => row.every((value) => value === null))) return null;
  const frame = frameOf(result, locale, {
    kind: 'heatmap',
    title,
    ...(note === undefined ? {} : { note }),
    axis: 'category',
    labels: columns,
    values: [],
    withTarget: false,
  });
  const spec: ChartSpec = {
    ...frame,
    format: formatOf(unit),
    ...(counts === undefined ? {} : { unit: counts }),
    series: rows.map((label, row) => ({
      key: `row ${row}`,
      label,
      values: cells[row]!.map((value) => chartValue(value, unit)),
    })),
    ...(window && { window: { rows: window.rows, columns: window.columns, label: window.title } }),
  };
  return { ...spec, altText: describeHeatmap(spec, title) };
}

function lastRows(matrix: Matrix): Matrix & { note?: string } {
  const { rows, cells, window } = matrix;
  const cut = rows.length - maxCells.rows;
  if (cut <= 0) return matrix;
  const { window: _, ...rest } = matrix;
  const seen = window && window.rows[0] >= cut;
  return {
    ...rest,
    ...{ rows: rows.slice(cut), cells: cells.slice(cut), note: `the last ${maxCells.rows} of ${rows.length} rows` },
    ...(seen && { window: { ...window, rows: [window.rows[0] - cut, window.rows[1] - cut] } }),
  };
}
