import type { Matrix } from './kpi-result.ts';

/**
 * The smallest rectangle of neighbouring rows and columns that holds at least `share` of the sum of all cells, by first and
 * last index; of equally small ones the fullest, then the first. Null where all cells are empty. Cells must not be negative.
 * Neither weeks nor days wrap around: nights and week-ends across an edge are found as two.
 */
export function busiestWindow(
  cells: Matrix['cells'],
  share = 0.5,
): { rows: [number, number]; columns: [number, number]; share: number } | null {
  const height = cells.length;
  const width = cells[0]?.length ?? 0;
  // sums[r][c]: of everything above r and left of c.
  const sums = Array.from({ length: height + 1 }, () => new Array<number>(width + 1).fill(0));
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++)
      sums[r + 1]![c + 1] = (cells[r]![c] ?? 0) + sums[r]![c + 1]! + sums[r + 1]![c]! - sums[r]![c]!;
  const total = sums[height]![width]!;
  if (total === 0) return null;
  let best: { rows: [number, number]; columns: [number, number]; held: number; size: number } | null = null;
  for (let top = 0; top < height; top++)
    for (let bottom = top; bottom < height; bottom++)
      for (let left = 0; left < width; left++)
        for (let right = left; right < width; right++) {
          const held =
            sums[bottom + 1]![right + 1]! - sums[top]![right + 1]! - sums[bottom + 1]![left]! + sums[top]![left]!;
          if (held < share * total) continue;
          const size = (bottom - top + 1) * (right - left + 1);
          if (!best || size < best.size || (size === best.size && held > best.held))
            best = { rows: [top, bottom], columns: [left, right], held, size };
        }
  return best && { rows: best.rows, columns: best.columns, share: best.held / total };
}
