import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/*
 * Test files run one after another in the same processes and share their modules (`isolate: false`): what one of them
 * changes for the whole process, the next one would find.
 */
const tests = path.join(import.meta.dirname, '..');

const changes: readonly [what: string, pattern: RegExp][] = [
  ['replaces modules or globals', /\bvi\.(?:mock|doMock|stub\w+|spyOn|useFakeTimers|setSystemTime)\(/],
  ['sets an environment variable', /\bprocess\.env(?:\.\w+|\[[^\]]+\])\s*(?:\?\?|\|\|)?=(?!=)|\bdelete process\.env/],
  ['moves the process', /\bprocess\.(?:chdir|umask)\(/],
  ['sets a global', /\bglobalThis(?:\.\w+|\[[^\]]+\])\s*=(?!=)|\bObject\.assign\((?:globalThis|process\.env)/],
];

function changesIn(text: string): string[] {
  return changes.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);
}

test('no test changes what the next file in its process would find', () => {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(100);
  const found = files
    .filter((file) => !file.endsWith(path.basename(import.meta.filename)))
    .flatMap((file) => changesIn(readFileSync(path.join(tests, file), 'utf8')).map((what) => `${file} ${what}`));
  expect(found).toEqual([]);
});

test.each([
  ["vi.mock('../src/x.ts')", 'replaces modules or globals'],
  ["process.env.TZ = 'UTC'", 'sets an environment variable'],
  ['delete process.env.TZ', 'sets an environment variable'],
  ["process.chdir('/')", 'moves the process'],
  ['globalThis.fetch = fake', 'sets a global'],
])('%s would be found', (line, what) => {
  expect(changesIn(line)).toEqual([what]);
  expect(changesIn("if (process.env.TZ === 'UTC') process.env.TZ;")).toEqual([]);
});
