import { expect, test } from 'vitest';
import { padCell, widthOf } from '../../src/lib/cells.ts';

test('East Asian characters take two columns, combining marks none', () => {
  expect(widthOf('東京')).toBe(4);
  expect(widthOf('한빛')).toBe(4);
  expect(widthOf('é')).toBe(1);
  expect(padCell('東京', 6, 'left')).toBe('東京  ');
  expect(padCell('7 %', 5, 'right')).toBe('  7 %');
});

test('a name from right to left is isolated, and takes no more columns for it', () => {
  const cell = padCell('نور', 5, 'left');
  expect(cell).toBe('\u2068نور\u2069  ');
  expect(widthOf(cell)).toBe(5);
});
