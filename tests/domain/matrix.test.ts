import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { busiestWindow } from '../../src/domain/matrix.ts';

describe('the busiest window', () => {
  test('is the smallest block of neighbours that holds half', () => {
    const cells = [
      [1, 9, 9, 0],
      [null, 8, 8, 1],
      [18, 0, 0, 13],
    ];
    // 67 in all; the four in the middle are 34, the ends of the last row 31 and no neighbours.
    expect(busiestWindow(cells)).toEqual({ rows: [0, 1], columns: [1, 2], share: 34 / 67 });
  });

  test('of equally small ones is the fullest, then the first', () => {
    expect(busiestWindow([[3, 3, 4]])).toMatchObject({ columns: [1, 2], share: 0.7 });
    expect(busiestWindow([[5, 5]])).toMatchObject({ columns: [0, 0] });
  });

  test('is none where nothing happened', () => {
    expect(busiestWindow([[0, null]])).toBeNull();
    expect(busiestWindow([])).toBeNull();
  });

  test('holds what it says, and no smaller one would', () => {
    const grid = fc.array(fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(grid, (cells) => {
        const found = busiestWindow(cells);
        const total = cells.flat().reduce((sum, cell) => sum + cell, 0);
        if (total === 0) return expect(found).toBeNull();
        const blocks = cells.flatMap((_, top) =>
          cells.slice(top).flatMap((__, down) =>
            [0, 1, 2, 3].flatMap((left) =>
              [0, 1, 2, 3].slice(left).map((right) => {
                const rows = cells.slice(top, top + down + 1).map((row) => row.slice(left, right + 1));
                return { size: rows.flat().length, held: rows.flat().reduce((sum, cell) => sum + cell, 0) };
              }),
            ),
          ),
        );
        const enough = blocks.filter(({ held }) => 2 * held >= total);
        const smallest = Math.min(...enough.map(({ size }) => size));
        const fullest = Math.max(...enough.filter(({ size }) => size === smallest).map(({ held }) => held));
        const size = (found!.rows[1] - found!.rows[0] + 1) * (found!.columns[1] - found!.columns[0] + 1);
        expect(size).toBe(smallest);
        expect(found!.share).toBeCloseTo(fullest / total, 12);
      }),
      { seed: 12 },
    );
  });
});
