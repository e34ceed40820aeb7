import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { longest } from '../longest-first.ts';

test('the files that are run first are there', () => {
  const tests = path.join(import.meta.dirname, '..');
  expect(longest.filter((name) => !existsSync(path.join(tests, `${name}.slow.test.ts`)))).toEqual([]);
  expect(new Set(longest).size).toBe(longest.length);
});
