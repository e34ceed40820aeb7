import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * Everything CI checks, in one command: types, lint, unused code, then all tests. `--fast` leaves out the slow tests
 * (`*.slow.test.ts`). Ends with the counts over all parts alone on a line.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; name: string; assertionResults: unknown[] }[];
}

const fast = process.argv.includes('--fast');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

function run(name: string, args: readonly string[]): Promise<boolean> {
  console.log(`\n--- ${name}`);
  return new Promise((resolve) => {
    const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

const modules = path.join(import.meta.dirname, '..', 'node_modules');

async function check(name: string, script: string, args: readonly string[]): Promise<Counts> {
  const ok = await run(name, [path.join(modules, script), ...args]);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** A file that fails before its first test has no failed test to count: it counts as one itself. */
async function tests(): Promise<Counts> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'crema-tests-'));
  const report = path.join(dir, 'report.json');
  const ok = await run(fast ? 'tests (fast)' : 'tests', [
    path.join(modules, 'vitest/vitest.mjs'),
    'run',
    ...only,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(fast ? ['--exclude=tests/**/*.slow.test.ts'] : []),
  ]);
  const result = await readFile(report, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => undefined,
  );
  await rm(dir, { recursive: true, force: true });
  if (!result) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = result.numFailedTests + brokenFiles;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

const parts: Counts[] = [
  await check('types', 'typescript/bin/tsc', ['--noEmit']),
  await check('lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
  await check('unused code', 'knip/bin/knip.js', []),
  await tests(),
];
const total = parts.reduce((sum, part) => ({
  passed: sum.passed + part.passed,
  failed: sum.failed + part.failed,
  skipped: sum.skipped + part.skipped,
}));
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
